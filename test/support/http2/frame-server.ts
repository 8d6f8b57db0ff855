import { createServer, type Server, type Socket } from 'node:net';
import { until } from '../raw/until.ts';
import { frame, preface, settings, type } from './wire.ts';

interface Received {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Buffer;
}

/** One connection of a proxy to a `FrameServer`. */
export class FrameConnection {
  readonly frames: Received[] = [];
  isClosed = false;
  readonly socket: Socket;
  #bytes = Buffer.alloc(0);
  #hasPreface = false;

  constructor(socket: Socket, onFrame: (connection: FrameConnection, frame: Received) => void) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, bytes]);
      this.#read(onFrame);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  send(...parts: readonly Buffer[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(parts));
  }

  /** Of the requests that came, in order. */
  get ids(): number[] {
    return this.frames.filter((one) => one.type === type.headers).map(({ id }) => id);
  }

  of(kind: number): Received[] {
    return this.frames.filter((one) => one.type === kind);
  }

  #read(onFrame: (connection: FrameConnection, frame: Received) => void): void {
    if (!this.#hasPreface) {
      if (this.#bytes.length < preface.length) return;
      if (!this.#bytes.subarray(0, preface.length).equals(preface)) throw new Error('no preface');
      this.#hasPreface = true;
      this.#bytes = this.#bytes.subarray(preface.length);
    }
    while (this.#bytes.length >= 9) {
      const end = 9 + this.#bytes.readUIntBE(0, 3);
      if (this.#bytes.length < end) return;
      const one = {
        type: this.#bytes[3] ?? 0,
        flags: this.#bytes[4] ?? 0,
        id: this.#bytes.readUInt32BE(5),
        payload: Buffer.from(this.#bytes.subarray(9, end)),
      };
      this.#bytes = this.#bytes.subarray(end);
      this.frames.push(one);
      onFrame(this, one);
    }
  }
}

/** What to answer a request with; `index` counts those of all connections. */
type Script = (connection: FrameConnection, id: number, index: number) => void;

/** An HTTP/2 server that does what its script says, frame by frame. */
export class FrameServer {
  readonly connections: FrameConnection[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** `begin` is sent first; SETTINGS that allow as much as there is, unless it says otherwise. Where it is empty, nothing is acknowledged. */
  static async start(script: Script, begin: Buffer | (() => Buffer) = settings()): Promise<FrameServer> {
    let count = 0;
    const server = createServer({ noDelay: true });
    const test = new FrameServer(server);
    server.on('connection', (socket) => {
      const first = typeof begin === 'function' ? begin() : begin;
      const connection = new FrameConnection(socket, (from, { type: kind, flags, id }) => {
        if (kind === type.settings && (flags & 1) === 0 && first.length > 0)
          from.send(frame(type.settings, 1, 0));
        if (kind === type.headers) script(from, id, count++);
      });
      test.connections.push(connection);
      connection.send(first);
    });
    server.listen(0, '127.0.0.1');
    await until(() => server.listening, 'a port');
    return test;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    this.#server.close();
    await until(() => !this.#server.listening && this.connections.every((one) => one.isClosed), 'the end');
  }
}
