import { once } from 'node:events';
import { type AddressInfo, createServer as createPlainServer, type Socket } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';

export interface TlsUpstreamOptions extends TlsOptions {
  /** What it answers to a request, given all that came on the connection; 200 unless given. */
  readonly answer?: (received: string) => string;
  /** Sent in clear as soon as a connection is accepted. */
  readonly clearFirst?: string;
  /** What a connection begins with in clear, to be taken off before the handshake, in bytes. */
  readonly headerLength?: number;
}

const usualAnswer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** An HTTP/1.1 server over TLS that answers whatever ends with an empty line, and keeps what it got. */
export class TlsUpstream {
  readonly sockets: TLSSocket[] = [];
  /** What each of them has received, after the handshake. */
  readonly received: string[] = [];
  /** What came in clear before each handshake. */
  readonly headers: string[] = [];
  /** Names that handshakes asked for. */
  readonly serverNames: (string | false | null)[] = [];
  /** Codes of errors. */
  readonly problems: string[] = [];
  accepted = 0;
  readonly #server: ReturnType<typeof createServer>;
  readonly #open = new Set<Socket>();

  private constructor(options: TlsUpstreamOptions) {
    const { answer = () => usualAnswer, clearFirst, headerLength = 0, ...tls } = options;
    this.#server = createServer(tls, (socket) => this.#secured(socket, answer));
    const begin = this.#server.listeners('connection') as ((socket: Socket) => void)[];
    this.#server.removeAllListeners('connection');
    this.#server.on('connection', (socket: Socket) => {
      this.accepted++;
      this.#open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#open.delete(socket));
      if (clearFirst !== undefined) socket.write(clearFirst);
      const goOn = () => {
        for (const one of begin) one.call(this.#server, socket);
      };
      if (headerLength === 0) goOn();
      else this.#takeHeader(socket, headerLength, goOn);
    });
    this.#server.on('tlsClientError', (error: NodeJS.ErrnoException) => this.problems.push(error.code ?? ''));
  }

  static async start(options: TlsUpstreamOptions): Promise<TlsUpstream> {
    const upstream = new TlsUpstream(options);
    upstream.#server.listen(0, '127.0.0.1');
    await once(upstream.#server, 'listening');
    return upstream;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The connections beneath TLS that are open. */
  get beneath(): readonly Socket[] {
    return [...this.#open];
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #takeHeader(socket: Socket, length: number, goOn: () => void): void {
    const onReadable = () => {
      const bytes: Buffer | null = socket.read(length);
      if (bytes === null) return;
      socket.off('readable', onReadable);
      this.headers.push(bytes.toString('latin1'));
      goOn();
    };
    socket.on('readable', onReadable);
  }

  #secured(socket: TLSSocket, answer: (received: string) => string): void {
    const index = this.sockets.push(socket) - 1;
    this.received.push('');
    this.serverNames.push((socket as { servername?: string | false }).servername ?? null);
    socket.on('error', (error: NodeJS.ErrnoException) => this.problems.push(error.code ?? ''));
    socket.on('data', (bytes: Buffer) => {
      this.received[index] += bytes.toString('latin1');
      const received = this.received[index] ?? '';
      if (received.endsWith('\r\n\r\n')) socket.write(answer(received));
    });
  }
}

/** A server that accepts connections, and never says a word. */
export async function startSilent(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const open = new Set<Socket>();
  const server = createPlainServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
