import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { code, flag, frame, preface, settings, type } from '../http2/wire.ts';

/** How long a reaction may take. */
const mostMs = 10_000;

/** A client of HTTP/2 that sends what it is told to, and notes how its peer reacts. It decodes no header blocks. */
export class FramePeer {
  /** Streams that the peer has reset. */
  readonly resets = new Set<number>();
  /** Streams that the peer has ended. */
  readonly ended = new Set<number>();
  /** The connection has ended, or the peer has said that it ends because of an error. */
  isOver = false;
  readonly #socket: Socket;
  #pending: Buffer = Buffer.alloc(0);
  #pongs = 0;
  #pings = 0;
  #wake: (() => void) | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.#pending = Buffer.concat([this.#pending, bytes]);
      this.#read();
      this.#wake?.();
    });
    socket.on('error', () => {});
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.isOver = true;
        this.#wake?.();
      });
    }
  }

  /** Connects, and sends preface and SETTINGS. */
  static async connect(port: number): Promise<FramePeer> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const peer = new FramePeer(socket);
    socket.write(Buffer.concat([preface, settings()]));
    return peer;
  }

  send(bytes: Buffer): void {
    if (!this.isOver && !this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Waits until the peer has answered all that it was sent. The second PING sees to it that what it sends late has come too. */
  async settled(): Promise<void> {
    for (let count = 0; count < 2 && !this.isOver; count++) {
      const wanted = ++this.#pings;
      this.send(frame(type.ping, 0, 0, 'fuzzing!'));
      await this.#until(() => this.#pongs >= wanted);
    }
  }

  /** Waits for the end of a stream. */
  async answered(id: number): Promise<void> {
    await this.#until(() => this.ended.has(id) || this.resets.has(id));
  }

  async close(): Promise<void> {
    if (this.#socket.closed) return;
    const closed = once(this.#socket, 'close');
    this.#socket.destroy();
    await closed;
  }

  async #until(condition: () => boolean): Promise<void> {
    const deadline = performance.now() + mostMs;
    while (!condition() && !this.isOver) {
      const left = deadline - performance.now();
      if (left <= 0) throw new Error('the peer does not react');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = null;
    }
  }

  #read(): void {
    let at = 0;
    while (this.#pending.length - at >= 9) {
      const end = at + 9 + this.#pending.readUIntBE(at, 3);
      if (end > this.#pending.length) break;
      this.#take(this.#pending.subarray(at, end));
      at = end;
    }
    this.#pending = this.#pending.subarray(at);
  }

  #take(bytes: Buffer): void {
    const kind = bytes[3] ?? 0;
    const flags = bytes[4] ?? 0;
    const id = bytes.readUInt32BE(5);
    if (kind === type.reset) this.resets.add(id);
    else if (kind === type.goAway && bytes.readUInt32BE(13) !== code.none) this.isOver = true;
    else if (kind === type.ping && (flags & flag.ack) !== 0) this.#pongs++;
    else if (kind === type.settings && (flags & flag.ack) === 0) this.send(frame(type.settings, flag.ack, 0));
    if (kind <= type.headers && (flags & flag.endStream) !== 0) this.ended.add(id);
  }
}
