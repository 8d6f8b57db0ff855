import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { HpackDecoder, hpackResult } from '../../../src/proxy/http2/hpack/decoder.ts';
import { until } from '../raw/until.ts';
import { block, code, type Field, flag, frame, preface, request, settings, type } from './wire.ts';

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Buffer;
}

/** A header block that has come, decoded. */
export interface Block {
  readonly id: number;
  readonly fields: readonly Field[];
  readonly ends: boolean;
}

export interface FrameClientOptions {
  /** Speaks over this instead of a connection of its own to a port of the loopback address. */
  readonly socket?: Socket;
  readonly settings?: readonly (readonly [id: number, value: number])[];
  /** False leaves SETTINGS and PING unanswered. */
  readonly answers?: boolean;
}

/** A client of HTTP/2 that sends exactly the frames it is told to, and keeps those that come back. */
export class FrameClient {
  readonly frames: Frame[] = [];
  readonly blocks: Block[] = [];
  isClosed = false;
  readonly #socket: Socket;
  readonly #decoder = new HpackDecoder(4_096);
  readonly #answers: boolean;
  #pending: Buffer = Buffer.alloc(0);
  #fragments: Buffer[] = [];
  #blockFlags = 0;

  constructor(socket: Socket, answers: boolean) {
    this.#socket = socket;
    this.#answers = answers;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => {});
    socket.on('end', () => {
      this.isClosed = true;
      socket.destroy();
    });
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  /** Connects and sends nothing. */
  static async raw(port: number, options: FrameClientOptions = {}): Promise<FrameClient> {
    const socket = options.socket ?? connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    const client = new FrameClient(socket, options.answers !== false);
    if (options.socket === undefined) await until(() => !socket.connecting, 'a connection');
    return client;
  }

  /** Connects, and exchanges prefaces and SETTINGS. */
  static async open(port: number, options: FrameClientOptions = {}): Promise<FrameClient> {
    const client = await FrameClient.raw(port, options);
    client.send(preface, settings(...(options.settings ?? [])));
    await client.untilFrame((found) => found.type === type.settings && found.flags === flag.ack, 'SETTINGS');
    return client;
  }

  send(...bytes: readonly Buffer[]): void {
    if (!this.isClosed) this.#socket.write(Buffer.concat(bytes));
  }

  /** Sends a request's head, by default one that ends with it. */
  request(id: number, fields: readonly Field[] = request(), ends = true): void {
    const flags = flag.endHeaders | (ends ? flag.endStream : 0);
    this.send(frame(type.headers, flags, id, block(fields)));
  }

  data(id: number, payload: Buffer | string, ends: boolean): void {
    this.send(frame(type.data, ends ? flag.endStream : 0, id, payload));
  }

  /** Bytes that the operating system has not taken yet. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** All of a stream's body that has come. */
  body(id: number): string {
    const parts = this.frames.filter((found) => found.type === type.data && found.id === id);
    return Buffer.concat(parts.map(({ payload }) => payload)).toString('latin1');
  }

  isEnded(id: number): boolean {
    return this.frames.some(
      (found) => found.id === id && found.type <= type.headers && (found.flags & flag.endStream) !== 0,
    );
  }

  /** The status of a stream's final answer; 0 where none has come. */
  status(id: number): number {
    const found = this.blocks.find((each) => each.id === id && !/^1/.test(statusOf(each)));
    return found === undefined ? 0 : Number(statusOf(found));
  }

  async untilFrame(wanted: (found: Frame) => boolean, what: string, ms?: number): Promise<Frame> {
    await until(() => this.frames.some(wanted) || this.isClosed, `${what} in ${this.shown()}`, ms);
    const found = this.frames.find(wanted);
    assert.ok(found !== undefined, `${what} in ${this.shown()}`);
    return found;
  }

  /** Waits for a whole answer and returns its status. */
  async answered(id: number, ms?: number): Promise<number> {
    await until(() => this.isEnded(id) || this.isClosed, `the end of stream ${id} in ${this.shown()}`, ms);
    assert.ok(this.isEnded(id), `the end of stream ${id} in ${this.shown()}`);
    return this.status(id);
  }

  async untilReset(id: number, ...codes: readonly number[]): Promise<void> {
    const found = await this.untilFrame(
      (each) => each.type === type.reset && each.id === id,
      `RST_STREAM of ${id}`,
    );
    const sent = found.payload.readUInt32BE();
    assert.ok(codes.includes(sent), `RST_STREAM with code ${sent} instead of ${codes}`);
  }

  /** Waits for a GOAWAY with one of the codes, and for the connection's end behind it. */
  async untilGone(...codes: readonly number[]): Promise<void> {
    const isFinal = (found: Frame): boolean =>
      found.type === type.goAway &&
      (found.payload.readUInt32BE(4) !== code.none || codes.includes(code.none));
    const found = await this.untilFrame(isFinal, 'GOAWAY');
    const sent = found.payload.readUInt32BE(4);
    assert.ok(codes.includes(sent), `GOAWAY with code ${sent} instead of ${codes}`);
    await until(() => this.isClosed, 'the end of the connection');
  }

  /** True where the connection still works: a PING comes back. */
  async untilPong(mark = 'stillwell'.slice(0, 8)): Promise<void> {
    this.send(frame(type.ping, 0, 0, mark));
    await this.untilFrame(
      (found) => found.type === type.ping && found.flags === flag.ack && found.payload.toString() === mark,
      'an answer to PING',
    );
  }

  shown(): string {
    return this.frames
      .map((each) => `${each.type}/${each.flags}/${each.id}/${each.payload.length}`)
      .join(' ');
  }

  #read(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let at = 0;
    while (this.#pending.length - at >= 9) {
      const end = at + 9 + this.#pending.readUIntBE(at, 3);
      if (end > this.#pending.length) break;
      this.#take({
        type: this.#pending[at + 3] ?? 0,
        flags: this.#pending[at + 4] ?? 0,
        id: this.#pending.readUInt32BE(at + 5),
        payload: Buffer.from(this.#pending.subarray(at + 9, end)),
      });
      at = end;
    }
    this.#pending = this.#pending.subarray(at);
  }

  #take(found: Frame): void {
    this.frames.push(found);
    if (found.type === type.headers) this.#blockFlags = found.flags;
    if (found.type === type.headers || found.type === type.continuation) {
      this.#fragments.push(found.payload);
      if ((found.flags & flag.endHeaders) !== 0) this.#decode(found.id);
    }
    if (!this.#answers || (found.flags & flag.ack) !== 0) return;
    if (found.type === type.settings) this.send(frame(type.settings, flag.ack, 0));
    else if (found.type === type.ping) this.send(frame(type.ping, flag.ack, 0, found.payload));
  }

  #decode(id: number): void {
    const bytes = Buffer.concat(this.#fragments);
    this.#fragments = [];
    const fields: Field[] = [];
    const result = this.#decoder.decode(bytes, 0, bytes.length, {
      header(name, value) {
        fields.push([name, value]);
        return true;
      },
    });
    assert.equal(result, hpackResult.ok, 'a header block can be decoded');
    this.blocks.push({ id, fields, ends: (this.#blockFlags & flag.endStream) !== 0 });
  }
}

function statusOf({ fields }: Block): string {
  return fields.find(([name]) => name === ':status')?.[1] ?? '';
}
