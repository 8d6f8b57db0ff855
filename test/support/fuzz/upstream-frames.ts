import fc from 'fast-check';
import { HpackDecoder } from '../../../src/proxy/http2/hpack/decoder.ts';
import { type FrameConnection, FrameServer } from '../http2/frame-server.ts';
import { block, flag, frame, settings, type } from '../http2/wire.ts';
import { splitMessages } from '../raw/messages.ts';
import { RawSender } from '../raw/sender.ts';
import { TestProxy } from '../raw/test-proxy.ts';
import { until } from '../raw/until.ts';
import { type Asked, type UpstreamStep, type UpstreamTalk, upstreamTalks } from './upstream-steps.ts';

const tags = ['a', 'b', 'c'];
const lanes = 12;
/** More than this is a leak, in bytes. */
const mostBytes = 1_500_000_000;

/** A proxy in front of an HTTP/2 server that answers as it is told to, for good or ill. */
class Lane {
  readonly #proxy: TestProxy;
  readonly #server: FrameServer;
  /** Null answers as one should. */
  #talk: UpstreamTalk | null = null;
  readonly #decoders = new WeakMap<FrameConnection, HpackDecoder>();
  readonly #asked = new WeakMap<FrameConnection, Asked[]>();
  /** By tag: lengths of bodies that have been ended. */
  readonly #ended = new Map<string, number[]>();

  private constructor(server: FrameServer, proxy: TestProxy) {
    this.#server = server;
    this.#proxy = proxy;
  }

  static async start(): Promise<Lane> {
    let lane: Lane | null = null;
    const server = await FrameServer.start(
      (connection, id) => lane?.onRequest(connection, id),
      () => lane?.begin ?? settings(),
    );
    const proxy = await TestProxy.start({
      endpoints: [server.port],
      routes: [{ targets: [{ scheme: 'h2c' }] }],
      keepsOutcomes: false,
      limits: { tickMs: 10 },
    });
    lane = new Lane(server, proxy);
    return lane;
  }

  get begin(): Buffer {
    return this.#talk === null ? settings() : this.#talk.begin;
  }

  async close(): Promise<void> {
    await this.#proxy.close();
    await this.#server.close();
  }

  /** Asks three times at once; returns what is wrong with what came back, or null. */
  async run(talk: UpstreamTalk): Promise<string | null> {
    this.#talk = talk;
    this.#ended.clear();
    const answers = await Promise.all(tags.map((tag) => this.#ask(tag)));
    this.#talk = null;
    const faults = answers.map((answer, index) => this.#judge(answer, tags[index] ?? ''));
    for (const { socket } of this.#server.connections.splice(0)) socket.destroy();
    await until(() => this.#proxy.proxy.inFlight === 0, 'the end of all requests');
    const next = await this.#ask('d');
    if (!/^HTTP\/1\.1 200 OK\r\n/.test(next) || !next.includes('dd')) faults.push(`the next: ${next}`);
    for (const error of this.#proxy.errors.splice(0)) faults.push(String(Object.values(error)[0]));
    for (const { socket } of this.#server.connections.splice(0)) socket.destroy();
    if (process.memoryUsage.rss() > mostBytes) faults.push(`${process.memoryUsage.rss()} bytes of memory`);
    return faults.find((fault) => fault !== null) ?? null;
  }

  onRequest(connection: FrameConnection, id: number): void {
    const tag = this.#tagOf(connection);
    const talk = this.#talk;
    if (talk === null) {
      connection.send(
        frame(type.headers, flag.endHeaders, id, block([[':status', '200']])),
        frame(type.data, flag.endStream, id, tag.repeat(3)),
      );
      return;
    }
    const asked = this.#asked.get(connection);
    if (asked !== undefined) {
      asked.push({ id, tag });
      return;
    }
    this.#asked.set(connection, [{ id, tag }]);
    // The others have come by then.
    setImmediate(() => setImmediate(() => this.#play(connection, talk)));
  }

  #play(connection: FrameConnection, { steps }: UpstreamTalk): void {
    const all = this.#asked.get(connection) ?? [];
    const lengths = new Map<string, number>();
    for (const { to, make, size, ends, isCut } of steps) {
      const asked = all[to % all.length];
      if (asked === undefined) continue;
      connection.send(make(asked));
      if (isCut) break;
      const length = lengths.get(asked.tag) ?? 0;
      if (length >= 0) lengths.set(asked.tag, ends ? -1 : length + size);
      if (ends && length >= 0)
        this.#ended.set(asked.tag, [...(this.#ended.get(asked.tag) ?? []), length + size]);
    }
    connection.socket.end();
  }

  #tagOf(connection: FrameConnection): string {
    let decoder = this.#decoders.get(connection);
    if (decoder === undefined) {
      decoder = new HpackDecoder(4_096);
      this.#decoders.set(connection, decoder);
    }
    const { payload } = connection.frames.at(-1) ?? { payload: Buffer.alloc(0) };
    let tag = '';
    decoder.decode(payload, 0, payload.length, {
      header(name, value) {
        if (name === ':path') tag = value.slice(1);
        return true;
      },
    });
    return tag;
  }

  async #ask(tag: string): Promise<string> {
    const sender = await RawSender.connect(this.#proxy.port);
    try {
      sender.send(`GET /${tag} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`);
      await until(() => sender.isOver, 'an answer');
      return sender.received;
    } finally {
      sender.close();
    }
  }

  /** An answer is whole and its own, or visibly none. */
  #judge(answer: string, tag: string): string | null {
    const at = answer.search(/HTTP\/1\.1 [2-5]/);
    if (at === -1) return /^(HTTP\/1\.1 103 [\s\S]*\r\n\r\n)?$/.test(answer) ? null : `${tag} got ${answer}`;
    const final = answer.slice(at);
    const named = [...answer.matchAll(/\r\nx-tag: (.)/gi)].map(([, found]) => found);
    if (named.some((found) => found !== tag)) return `${tag} got the head of ${named}`;
    if (!/\r\nx-tag/i.test(final)) return /^HTTP\/1\.1 50[24] /.test(final) ? null : `${tag} got ${answer}`;
    const { messages, rest, fault } = splitMessages(final, ({ startLine }) => / (204|304) /.test(startLine));
    if (fault !== null) return fault;
    const [message] = messages;
    if (message === undefined) {
      const body = final.slice(final.indexOf('\r\n\r\n') + 4).replace(/(^|\r\n)[0-9a-f]+\r\n/g, '');
      return isAll(body.replaceAll('\r\n', ''), tag) ? null : `${tag} got ${body.slice(0, 200)}`;
    }
    if (messages.length > 1 || rest !== '') return `${tag} got more than an answer: ${rest.slice(0, 200)}`;
    if (!isAll(message.body, tag)) return `${tag} got ${message.body.slice(0, 200)}`;
    const isChunked = /transfer-encoding/i.test(message.head);
    const lengths = this.#ended.get(tag) ?? [];
    if (isChunked && !lengths.includes(message.body.length)) {
      return `${tag} got ${message.body.length} bytes as a whole body, of ${lengths}`;
    }
    return null;
  }
}

function isAll(body: string, tag: string): boolean {
  return body.replaceAll(tag, '') === '';
}

/** Some of them, so that none waits for another one's turn. */
export class UpstreamRig {
  readonly lanes: readonly Lane[];

  private constructor(all: readonly Lane[]) {
    this.lanes = all;
  }

  static async start(): Promise<UpstreamRig> {
    return new UpstreamRig(await Promise.all(Array.from({ length: lanes }, () => Lane.start())));
  }

  async close(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.close()));
  }
}

/** Plays the talks of one seed; the first that goes wrong is returned with what was wrong. */
export async function searchUpstreamFrames(
  rig: UpstreamRig,
  seed: number,
  count: number,
): Promise<{ input: string; difference: string } | null> {
  const talks = fc.sample(upstreamTalks, { seed, numRuns: count });
  let found: { input: string; difference: string } | null = null;
  const worker = async (lane: Lane): Promise<void> => {
    for (let talk = talks.pop(); talk !== undefined && found === null; talk = talks.pop()) {
      const difference = await lane.run(talk).catch(String);
      if (difference !== null) found = { input: described(talk), difference };
    }
  };
  await Promise.all(rig.lanes.map(worker));
  return found;
}

function described({ begin, steps }: UpstreamTalk): string {
  const one = ({ to, shown }: UpstreamStep): string => `${to}: ${shown}`;
  return [`begin ${begin.toString('hex')}`, ...steps.map(one)].join('; ');
}
