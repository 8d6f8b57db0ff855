import { connect, type Socket } from 'node:net';
import { until } from './until.ts';

/** A client that sends exactly the bytes it is given and keeps exactly those that come back. */
export class RawSender {
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  #hasEnded = false;
  #isClosed = false;
  #wasReset = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    socket.on('end', () => {
      this.#hasEnded = true;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') this.#wasReset = true;
    });
    socket.on('close', () => {
      this.#isClosed = true;
    });
  }

  /** Connects to a port of the loopback address. */
  static async connect(port: number, localAddress?: string): Promise<RawSender> {
    const where = localAddress === undefined ? {} : { localAddress };
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true, ...where });
    const sender = new RawSender(socket);
    await until(() => !socket.connecting || sender.#isClosed, 'a connection');
    if (sender.#isClosed) throw new Error(`cannot connect to port ${port}`);
    return sender;
  }

  /** All bytes received so far, as latin1. */
  get received(): string {
    return Buffer.concat(this.#chunks).toString('latin1');
  }

  /** The same as bytes. */
  get receivedBuffer(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get receivedBytes(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  /** How many reads brought them. */
  get reads(): number {
    return this.#chunks.length;
  }

  /** What was given to `send` and has not been handed to the operating system. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  /** The other side has closed, orderly or not. */
  get isOver(): boolean {
    return this.#hasEnded || this.#isClosed;
  }

  get wasReset(): boolean {
    return this.#wasReset;
  }

  /** Sends text as latin1, or bytes, in one write. */
  send(data: string | Buffer): void {
    this.#socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
  }

  /** Sends in slices of `size` bytes, each in a turn of its own. */
  async sendSliced(data: string, size: number): Promise<void> {
    for (let at = 0; at < data.length && !this.#isClosed; at += size) {
      this.send(data.slice(at, at + size));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Stops reading, so that the other side's send buffers fill. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Closes the sending side only. */
  end(): void {
    this.#socket.end();
  }

  close(): void {
    this.#socket.destroy();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  async untilReceived(text: string, ms?: number): Promise<void> {
    await until(() => this.received.includes(text), `${JSON.stringify(text)} in ${this.#shown()}`, ms);
  }

  async untilOver(ms?: number): Promise<void> {
    await until(() => this.isOver, `the end of the connection after ${this.#shown()}`, ms);
  }

  #shown(): string {
    return JSON.stringify(this.received.slice(-300));
  }
}

/** Sends bytes over a connection of their own and returns what came back until the other side closed. */
export async function exchangeRaw(port: number, bytes: string): Promise<string> {
  const sender = await RawSender.connect(port);
  sender.send(bytes);
  await sender.untilOver();
  const { received } = sender;
  sender.close();
  return received;
}
