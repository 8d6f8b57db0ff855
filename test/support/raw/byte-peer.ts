import { createServer, type Server, type Socket } from 'node:net';
import { until } from './until.ts';

/** One connection that a peer accepted. */
export class PeerConnection {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];
  hasEnded = false;
  isClosed = false;
  wasReset = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    socket.on('end', () => {
      this.hasEnded = true;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') this.wasReset = true;
    });
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  async untilReceived(text: string): Promise<void> {
    const shown = (): string => JSON.stringify(this.received.toString('latin1').slice(-300));
    await until(() => this.received.includes(text), `${JSON.stringify(text)} in ${shown()}`);
  }
}

/** An upstream that keeps the bytes that come, and does what the test makes it do. */
export class BytePeer {
  readonly connections: PeerConnection[] = [];
  readonly #server: Server;

  private constructor(onConnection: (connection: PeerConnection) => void) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const connection = new PeerConnection(socket);
      this.connections.push(connection);
      onConnection(connection);
    });
  }

  static async start(onConnection: (connection: PeerConnection) => void = () => {}): Promise<BytePeer> {
    const peer = new BytePeer(onConnection);
    await new Promise<void>((resolve) => peer.#server.listen(0, '127.0.0.1', resolve));
    return peer;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async connection(index = 0): Promise<PeerConnection> {
    await until(() => this.connections.length > index, `connection ${index} at the upstream`);
    return this.connections[index] as PeerConnection;
  }

  async close(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
