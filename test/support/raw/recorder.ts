import { createServer, type Server, type Socket } from 'node:net';
import { type RawMessage, splitMessages } from './messages.ts';
import { until } from './until.ts';

/** What a recorder does with a request: the bytes to answer with, or nothing where the script acts itself. */
export type Script = (request: RawMessage, connection: RecordedConnection) => string | Buffer | undefined;

/** One connection that a recorder accepted, with every byte that came over it. */
export class RecordedConnection {
  readonly socket: Socket;
  /** Requests that were complete, in order. */
  readonly requests: RawMessage[] = [];
  isClosed = false;
  hasEnded = false;
  #pending = '';
  #bytes = '';

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

  /** All bytes, as latin1. */
  get received(): string {
    return this.#bytes;
  }

  /** Adds bytes and returns the requests they complete, or what is at fault with them. */
  add(chunk: Buffer, keeps: boolean): readonly RawMessage[] | string {
    const text = chunk.toString('latin1');
    if (keeps) this.#bytes += text;
    this.#pending += text;
    const split = splitMessages(this.#pending);
    if (split.fault !== null) return split.fault;
    this.#pending = split.rest;
    if (keeps) this.requests.push(...split.messages);
    return split.messages;
  }
}

export interface RecorderOptions {
  readonly script?: Script;
  /** Called instead of the script, with every chunk as it comes; for upstreams that answer before they were asked. */
  readonly onBytes?: (connection: RecordedConnection, chunk: Buffer) => void;
  readonly onConnection?: (connection: RecordedConnection) => void;
  /** False keeps nothing, for long runs. */
  readonly keeps?: boolean;
}

const plainAnswer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** An upstream that records exact bytes per connection and answers by script. It judges requests as strictly as can be. */
export class RawRecorder {
  readonly connections: RecordedConnection[] = [];
  /** What no upstream should ever have received. */
  readonly faults: string[] = [];
  script: Script;
  readonly #server: Server;
  readonly #options: RecorderOptions;

  private constructor(options: RecorderOptions) {
    this.#options = options;
    this.script = options.script ?? (() => plainAnswer);
    this.#server = createServer({ allowHalfOpen: false, noDelay: true }, (socket) => this.#accept(socket));
  }

  static async start(options: RecorderOptions = {}): Promise<RawRecorder> {
    const recorder = new RawRecorder(options);
    await new Promise<void>((resolve) => recorder.#server.listen(0, '127.0.0.1', resolve));
    return recorder;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Requests of all connections, connection by connection. */
  get requests(): readonly RawMessage[] {
    return this.connections.flatMap((connection) => connection.requests);
  }

  /** All bytes of all connections, connection by connection. */
  get received(): string {
    return this.connections.map((connection) => connection.received).join('');
  }

  get openCount(): number {
    return this.connections.filter((connection) => !connection.isClosed).length;
  }

  async untilRequests(count: number): Promise<void> {
    await until(() => this.requests.length >= count, `${count} requests at the recorder`);
  }

  async close(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    const connection = new RecordedConnection(socket);
    this.connections.push(connection);
    this.#options.onConnection?.(connection);
    socket.on('data', (chunk: Buffer) => {
      const requests = connection.add(chunk, this.#options.keeps !== false);
      if (typeof requests === 'string') {
        this.faults.push(requests);
        socket.destroy();
        return;
      }
      this.#options.onBytes?.(connection, chunk);
      for (const request of requests) {
        const answer = this.#options.onBytes === undefined ? this.script(request, connection) : undefined;
        if (answer !== undefined && !socket.destroyed) {
          socket.write(typeof answer === 'string' ? Buffer.from(answer, 'latin1') : answer);
        }
      }
    });
  }
}
