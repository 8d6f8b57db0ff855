import { createServer, type Server, type Socket } from 'node:net';
import { until } from './until.ts';
import { FrameReader, frame, type ReadFrame, switching } from './websocket.ts';

/** One connection that an echo accepted. */
export class EchoConnection {
  readonly socket: Socket;
  /** The request's head with its empty line, as latin1; empty until it has come. */
  head = '';
  /** Bytes behind the head. */
  tunnelBytes = 0;
  hasEnded = false;
  isClosed = false;
  readonly frames: ReadFrame[] = [];
  readonly #reader = new FrameReader();
  #pending = '';

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('end', () => {
      this.hasEnded = true;
    });
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  /** Adds bytes; true where they complete the head. */
  addHead(chunk: Buffer): boolean {
    this.#pending += chunk.toString('latin1');
    const end = this.#pending.indexOf('\r\n\r\n');
    if (end === -1) return false;
    this.head = this.#pending.slice(0, end + 4);
    this.addFrames(Buffer.from(this.#pending.slice(end + 4), 'latin1'));
    this.#pending = '';
    return true;
  }

  addFrames(chunk: Buffer): readonly ReadFrame[] {
    this.tunnelBytes += chunk.length;
    const read = this.#reader.add(chunk);
    this.frames.push(...read);
    return read;
  }
}

export interface EchoOptions {
  /** The answer to a request; undefined where the test answers itself. Without it, 101 for all. */
  readonly answer?: (connection: EchoConnection) => string | Buffer | undefined;
  /** False leaves frames to the test. */
  readonly echoes?: boolean;
  /** False counts bytes of the tunnel only, for large amounts. */
  readonly reads?: boolean;
}

/** An upstream that speaks as much of RFC 6455 as tests need: it agrees, echoes, answers Close with Close and ends. */
export class WebSocketEcho {
  readonly connections: EchoConnection[] = [];
  readonly #options: EchoOptions;
  readonly #server: Server;

  private constructor(options: EchoOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  static async start(options: EchoOptions = {}): Promise<WebSocketEcho> {
    const echo = new WebSocketEcho(options);
    await new Promise<void>((resolve) => echo.#server.listen(0, '127.0.0.1', resolve));
    return echo;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get openCount(): number {
    return this.connections.filter((connection) => !connection.isClosed).length;
  }

  /** The connection of this number, once its request has come. */
  async connection(index: number): Promise<EchoConnection> {
    await until(() => (this.connections[index]?.head ?? '') !== '', `connection ${index} at the echo`);
    const connection = this.connections[index];
    if (connection === undefined) throw new Error(`no connection ${index}`);
    return connection;
  }

  async close(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    const connection = new EchoConnection(socket);
    this.connections.push(connection);
    const { answer = ({ head }: EchoConnection) => switching(head), echoes, reads } = this.#options;
    socket.on('data', (chunk: Buffer) => {
      if (connection.head === '') {
        if (!connection.addHead(chunk)) return;
        const bytes = answer(connection);
        if (bytes !== undefined)
          socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
        return;
      }
      if (reads === false) {
        connection.tunnelBytes += chunk.length;
        return;
      }
      const frames = connection.addFrames(chunk);
      if (echoes !== false) for (const read of frames) this.#echo(socket, read);
    });
    if (echoes !== false) socket.on('end', () => socket.end());
  }

  #echo(socket: Socket, { opcode, payload }: ReadFrame): void {
    socket.write(frame(payload, { opcode }));
    if (opcode === 8) socket.end();
  }
}
