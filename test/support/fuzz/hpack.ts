import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { FrameReader, type FrameSink } from '../../../src/proxy/http2/frame-reader.ts';
import { clientPreface, errorCode, frameFlag, frameType, setting } from '../../../src/proxy/http2/frames.ts';
import { HpackDecoder, hpackResult } from '../../../src/proxy/http2/hpack/decoder.ts';
import { HpackEncoder, mostBlockBytes } from '../../../src/proxy/http2/hpack/encoder.ts';
import { frame } from '../http2/wire.ts';

/** How long an answer may take. */
const mostMs = 10_000;

type Header = readonly [name: string, value: string];

/** Requests of one connection, what answers them, and how their bytes are cut. */
interface Talk {
  readonly turns: readonly {
    readonly request: readonly Header[];
    readonly answer: readonly Header[];
    readonly tableSize: number;
  }[];
  /** Of the frames that carry a header block, in bytes. */
  readonly pieces: readonly number[];
  /** Of the pieces in which answers are read, in bytes. */
  readonly reads: readonly number[];
}

const names = [
  'accept',
  'accept-encoding',
  'cookie',
  'content-type',
  'etag',
  'user-agent',
  'vary',
  'x-a',
  'x-b',
  'x-token',
  'x-very-long-name',
];
const value = fc.oneof(
  fc.constantFrom('', 'a', 'gzip, deflate', 'text/html; charset=utf-8', '0', '*/*'),
  fc.stringMatching(/^[!-~]([ -~]{0,60}[!-~])?$/),
  fc.stringMatching(/^[!-~]{100,300}$/),
);
const header = fc.tuple(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...names) },
    { weight: 1, arbitrary: fc.stringMatching(/^x-[a-z0-9]{1,20}$/) },
  ),
  value,
);
const headers = fc.array(header, { maxLength: 10 });
const talks: fc.Arbitrary<Talk> = fc.record({
  turns: fc.array(
    fc.record({
      request: headers,
      answer: headers,
      tableSize: fc.constantFrom(-1, -1, -1, 0, 64, 300, 4_096, 9_000),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  pieces: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 4 }),
  reads: fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 4 }),
});

/** Header blocks that are nearly right: fields of each kind, with bytes changed here and there. */
const field = fc.oneof(
  fc.integer({ min: 0x80, max: 0xff }).map((byte) => [byte]),
  fc
    .tuple(
      fc.constantFrom(0x00, 0x10, 0x40, 0x41, 0x53, 0x0f, 0x7f, 0x04),
      fc.stringMatching(/^[a-z]{1,6}$/),
      fc.stringMatching(/^[a-z]{0,9}$/),
    )
    .map(([first, name, text]) => [
      first,
      name.length,
      ...Buffer.from(name),
      text.length,
      ...Buffer.from(text),
    ]),
  fc
    .tuple(fc.constantFrom(0x00, 0x40), fc.uint8Array({ minLength: 1, maxLength: 8 }))
    .map(([first, code]) => [first, 1, 0x61, 0x80 | code.length, ...code]),
  fc.constantFrom(
    [0x20],
    [0x3f, 0xe1, 0x1f],
    [0x3f, 0x00],
    [0x82],
    [0x84],
    [0x00],
    [0xff, 0x80, 0x80, 0x80, 0x80, 0x00],
  ),
);
const blocks = fc
  .tuple(
    fc.array(field, { maxLength: 8 }),
    fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 2 }),
  )
  .map(([fields, changes]) => {
    const block = Buffer.from(fields.flat());
    for (const [at, byte] of changes) if (block.length > 0) block[at % block.length] = byte;
    return block;
  });

/** `node:http2` as the other side of connections that begin with our encoder and decoder. */
export class HpackRig {
  readonly #server: Http2Server;
  /** Requests as the server has read them, in order, and what it answers. */
  readonly #seen: Header[][] = [];
  #answers: (readonly Header[])[] = [];

  private constructor(server: Http2Server) {
    this.#server = server;
    server.on('stream', (stream: ServerHttp2Stream, _headers, _flags, raw: string[]) => {
      this.#seen.push(pairs(raw));
      stream.on('error', () => {});
      const answer = this.#answers.shift() ?? [];
      stream.respond([':status', '200', 'date', 'now', ...answer.flat()], { endStream: true });
    });
    server.on('sessionError', () => {});
  }

  static async start(): Promise<HpackRig> {
    const server = createServer({
      maxHeaderListPairs: 4_096,
      settings: { maxHeaderListSize: 1_000_000 },
      strictSingleValueFields: false,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HpackRig(server);
  }

  async close(): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Carries a talk there and back; what came out differently is returned. */
  async carry(talk: Talk): Promise<string | null> {
    const peer = new RawPeer(await this.#connect(), talk);
    this.#seen.length = 0;
    this.#answers = talk.turns.map(({ answer }) => answer);
    try {
      for (const [index, turn] of talk.turns.entries()) {
        const pseudo: Header[] = [
          [':method', 'GET'],
          [':scheme', 'http'],
          [':path', '/'],
          [':authority', 'a.test'],
        ];
        const answer = await peer.ask(index * 2 + 1, [...pseudo, ...turn.request], turn.tableSize);
        const found = difference(
          `request ${index}`,
          [...pseudo, ...turn.request],
          this.#seen[index] ?? 'nothing',
        );
        const back = difference(
          `answer ${index}`,
          [[':status', '200'], ['date', 'now'], ...turn.answer],
          answer,
        );
        if (found !== null || back !== null) return found ?? back;
      }
      return null;
    } finally {
      await peer.close();
    }
  }

  /** Whether both find a block malformed: a difference, or null where they agree. */
  async judge(block: Buffer): Promise<string | null> {
    const found = new HpackDecoder(4_096).decode(block, 0, block.length, { header: () => true });
    const peer = new RawPeer(await this.#connect(), { pieces: [block.length || 1], reads: [4_096] });
    try {
      const code = await peer.verdict(block);
      const theirs = code === errorCode.compression ? 'malformed' : 'sound';
      const ours = found === hpackResult.malformed ? 'malformed' : 'sound';
      return ours === theirs ? null : `ours ${ours}, theirs ${theirs} (${code})`;
    } finally {
      await peer.close();
    }
  }

  async #connect(): Promise<Socket> {
    const socket = connect((this.#server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }
}

function pairs(raw: readonly string[]): Header[] {
  const found: Header[] = [];
  for (let at = 0; at < raw.length; at += 2) found.push([raw[at] ?? '', raw[at + 1] ?? '']);
  return found;
}

function difference(
  what: string,
  wanted: readonly Header[],
  found: readonly Header[] | string,
): string | null {
  const [has, should] = [JSON.stringify(found), JSON.stringify(wanted)];
  return has === should ? null : `${what}\n  found:  ${has}\n  wanted: ${should}`;
}

/** A client made of our frame reader, encoder and decoder. */
class RawPeer implements FrameSink {
  readonly #socket: Socket;
  readonly #reader = new FrameReader(this);
  readonly #encoder = new HpackEncoder(4_096);
  readonly #decoder = new HpackDecoder(4_096);
  readonly #pieces: readonly number[];
  #block: Buffer[] = [];
  #headers: Header[] | string = [];
  #waiting: (() => void) | null = null;
  #tableSizes: number[] = [];
  #goAway = -1;
  #isOver = false;

  constructor(socket: Socket, { pieces, reads }: Pick<Talk, 'pieces' | 'reads'>) {
    this.#socket = socket;
    this.#pieces = pieces;
    let turn = 0;
    socket.on('data', (bytes: Buffer) => {
      for (let at = 0; at < bytes.length; ) {
        const end = Math.min(bytes.length, at + (reads[turn++ % reads.length] ?? 1));
        if (this.#reader.read(bytes, at, end) !== errorCode.none) this.#headers = 'a frame was refused';
        at = end;
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => this.#wake());
    socket.write(clientPreface, 'latin1');
    socket.write(frame(frameType.settings, 0, 0, Buffer.alloc(0)));
  }

  /** Asks with these headers and returns those of the answer, or what went wrong. */
  async ask(streamId: number, headers: readonly Header[], tableSize: number): Promise<Header[] | string> {
    if (tableSize >= 0) {
      const payload = Buffer.alloc(6);
      payload.writeUInt16BE(setting.headerTableSize, 0);
      payload.writeUInt32BE(tableSize, 2);
      this.#tableSizes.push(tableSize);
      this.#socket.write(frame(frameType.settings, 0, 0, payload));
    }
    const characters = headers.reduce((sum, [name, text]) => sum + name.length + text.length + 4, 0);
    const out = Buffer.alloc(mostBlockBytes(characters));
    let at = this.#encoder.begin(out, 0);
    for (const [name, text] of headers) at = this.#encoder.header(name, text, out, at);
    this.#headers = 'no answer';
    const answered = this.#next();
    this.#sendBlock(streamId, out.subarray(0, at));
    await answered;
    return this.#headers;
  }

  /** Sends a block; returns the code of the GOAWAY that it brings, or `none`. */
  async verdict(block: Buffer): Promise<number> {
    const judged = this.#next();
    this.#sendBlock(1, block);
    // What comes behind it is answered only where the block was taken.
    this.#socket.write(frame(frameType.ping, 0, 0, Buffer.alloc(8)));
    await judged;
    return this.#goAway === -1 ? errorCode.none : this.#goAway;
  }

  async close(): Promise<void> {
    if (this.#isOver || this.#socket.destroyed) return;
    this.#isOver = true;
    const closed = once(this.#socket, 'close');
    this.#socket.destroy();
    await closed;
  }

  frame(type: number, flags: number, _streamId: number, bytes: Buffer, start: number, end: number): void {
    if (type === frameType.settings) this.#onSettings(flags, bytes, start, end);
    else if (type === frameType.headers || type === frameType.continuation) {
      this.#block.push(Buffer.from(bytes.subarray(start, end)));
      if ((flags & frameFlag.endHeaders) !== 0) this.#onBlock();
    } else if (type === frameType.goAway) {
      this.#goAway = bytes.readUInt32BE(start + 4);
      this.#wake();
    } else if (type === frameType.ping && (flags & frameFlag.ack) !== 0) this.#wake();
  }

  data(): void {}

  #onSettings(flags: number, bytes: Buffer, start: number, end: number): void {
    if ((flags & frameFlag.ack) !== 0) {
      // The first is that of the empty ones at the begin.
      if (this.#isAcknowledged) this.#decoder.setMaxTableBytes(this.#tableSizes.shift() ?? 4_096);
      this.#isAcknowledged = true;
      return;
    }
    for (let at = start; at < end; at += 6) {
      if (bytes.readUInt16BE(at) === setting.headerTableSize)
        this.#encoder.setPeerMaxTableBytes(bytes.readUInt32BE(at + 2));
    }
    this.#socket.write(frame(frameType.settings, frameFlag.ack, 0, Buffer.alloc(0)));
  }

  #isAcknowledged = false;

  #onBlock(): void {
    const block = Buffer.concat(this.#block);
    this.#block = [];
    const found: Header[] = [];
    const sink = { header: (name: string, text: string) => found.push([name, text]) > 0 };
    const result = this.#decoder.decode(block, 0, block.length, sink);
    this.#headers = result === hpackResult.ok ? found : `result ${result} of ${block.toString('hex')}`;
    this.#wake();
  }

  #sendBlock(streamId: number, block: Buffer): void {
    const frames: Buffer[] = [];
    // More frames than this are taken for an attack.
    const least = Math.ceil(block.length / 7);
    let at = 0;
    do {
      const end = Math.min(
        block.length,
        at + Math.max(least, this.#pieces[frames.length % this.#pieces.length] ?? 1),
      );
      const flags = (end === block.length ? frameFlag.endHeaders : 0) | (at === 0 ? frameFlag.endStream : 0);
      frames.push(
        frame(
          at === 0 ? frameType.headers : frameType.continuation,
          flags,
          streamId,
          block.subarray(at, end),
        ),
      );
      at = end;
    } while (at < block.length);
    this.#socket.write(Buffer.concat(frames));
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, mostMs);
      this.#waiting = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = null;
  }
}

/** Carries talks, and has blocks judged, of one seed; the first that goes wrong is returned with what was wrong. */
export async function searchHpack(
  rig: HpackRig,
  seed: number,
  count: number,
): Promise<{ input: string; difference: string } | null> {
  for (const talk of fc.sample(talks, { seed, numRuns: count })) {
    const found = await rig.carry(talk);
    if (found !== null) return { input: JSON.stringify(talk), difference: found };
  }
  for (const block of fc.sample(blocks, { seed, numRuns: count })) {
    const found = await rig.judge(block);
    if (found !== null) return { input: block.toString('hex'), difference: found };
  }
  return null;
}
