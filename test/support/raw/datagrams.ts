import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { until } from './until.ts';

/** A socket that keeps the datagrams that come. */
export class Datagrams {
  readonly received: Buffer[] = [];
  /** The port that each of them came from. */
  readonly from: number[] = [];
  readonly #socket: Socket;
  #isClosed = false;

  private constructor(onMessage: (bytes: Buffer, from: RemoteInfo, socket: Socket) => void) {
    this.#socket = createSocket('udp4');
    this.#socket.on('message', (bytes, from) => {
      this.received.push(bytes);
      this.from.push(from.port);
      onMessage(bytes, from, this.#socket);
    });
  }

  /** On a free port of the loopback address, unless told. */
  static async open(
    onMessage: (bytes: Buffer, from: RemoteInfo, socket: Socket) => void = () => {},
    address = '127.0.0.1',
  ): Promise<Datagrams> {
    const datagrams = new Datagrams(onMessage);
    await new Promise<void>((resolve) => datagrams.#socket.bind(0, address, resolve));
    return datagrams;
  }

  /** Answers each with the same bytes. */
  static echo(): Promise<Datagrams> {
    return Datagrams.open((bytes, { port, address }, socket) => socket.send(bytes, port, address));
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(text: string | Buffer, port: number): void {
    this.#socket.send(text, port, '127.0.0.1');
  }

  async untilReceived(count: number): Promise<void> {
    await until(() => this.received.length >= count, `${count} datagrams, have ${this.received.length}`);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}
