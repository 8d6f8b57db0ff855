import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { headerOf, type RawMessage, splitMessages } from './messages.ts';
import { switching } from './websocket.ts';

/** Numbers from a seed, so that a run that failed can be run again (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function hashOf(text: string): string {
  return createHash('sha1').update(text, 'latin1').digest('hex');
}

const filler = 'x'.repeat(3_000);

/**
 * Answers a tagged request with its tag and the hash of its body, in every framing there is, and now and then misbehaves: resets,
 * answers before the body is there, sends informational answers, bytes behind the answer or while nobody asked. It agrees to
 * WebSockets and echoes what comes over them.
 */
export class TaggedUpstream {
  /** What no upstream should ever have received. */
  readonly faults: string[] = [];
  readonly #random: () => number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(random: () => number) {
    this.#random = random;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  static async start(random: () => number): Promise<TaggedUpstream> {
    const upstream = new TaggedUpstream(random);
    await new Promise<void>((resolve) => upstream.#server.listen(0, '127.0.0.1', resolve));
    return upstream;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    let pending = '';
    let isTunnel = false;
    let isOver = false;
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      if (isOver) return;
      if (isTunnel) {
        socket.write(chunk);
        return;
      }
      const { messages, rest, fault } = splitMessages(pending + chunk.toString('latin1'));
      pending = rest;
      if (fault !== null) {
        this.faults.push(fault);
        socket.destroy();
        return;
      }
      // The proxy never pipelines, so a second request at once would be one that slipped in with the first.
      if (messages.length > 1) this.faults.push('two requests at once');
      const [request] = messages;
      if (request === undefined) isOver = this.#answerEarly(rest, socket);
      else if (headerOf(request, 'Upgrade') !== undefined) isTunnel = this.#agree(request, socket);
      else this.#answer(request, socket);
    });
  }

  /** Now and then, where a head has come and its body has not. */
  #answerEarly(rest: string, socket: Socket): boolean {
    const tag = /\r\nX-Tag: ([^\r]*)\r\n[\s\S]*\r\n\r\n/.exec(rest)?.[1];
    if (tag === undefined || this.#random() < 0.7) return false;
    const text = `${tag} early `;
    socket.write(
      `HTTP/1.1 413 Content Too Large\r\nX-Tag: ${tag}\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    );
    return true;
  }

  #agree(request: RawMessage, socket: Socket): boolean {
    if (this.#random() < 0.1) {
      this.#answer(request, socket);
      return false;
    }
    socket.write(switching(request.head, `X-Tag: ${headerOf(request, 'X-Tag')}\r\n`), 'latin1');
    return true;
  }

  #answer(request: RawMessage, socket: Socket): void {
    const random = this.#random;
    const tag = headerOf(request, 'X-Tag') ?? 'none';
    const text = `${tag} ${hashOf(request.body)} ${filler.slice(0, Math.floor(random() * 3_000))}`;
    const early = random() < 0.03 ? `HTTP/1.1 103 Early Hints\r\nX-Tag: ${tag}\r\n\r\n` : '';
    const head = `${early}HTTP/1.1 200 OK\r\nX-Tag: ${tag}\r\n`;
    const whole = `${head}Content-Length: ${text.length}\r\n\r\n${text}`;
    const dice = random();
    if (dice < 0.03) socket.resetAndDestroy();
    else if (dice < 0.05) socket.end(`${head}Content-Length: ${text.length + 10}\r\n\r\n${text}`, 'latin1');
    else if (dice < 0.07) socket.write(`${whole}HTTP/1.1 200 OK\r\nX-Tag: stray\r\n\r\n`, 'latin1');
    else if (dice < 0.1) socket.end(`${head}\r\n${text}`, 'latin1');
    else if (dice < 0.12) {
      socket.write(whole, 'latin1');
      // In the same turn of the loop, before anybody can have asked again: later it could be taken for an answer by right.
      setImmediate(() => {
        if (!socket.destroyed) socket.write('HTTP/1.1 200 OK\r\nX-Tag: unasked\r\nContent-Length: 0\r\n\r\n');
      });
    } else if (dice < 0.4) {
      const chunked = `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
      socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n${chunked}`, 'latin1');
    } else socket.write(whole, 'latin1');
  }
}
