import { type ConnectionOptions, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { until } from '../raw/until.ts';

/** A client over TLS that keeps all that comes back. It believes any certificate. */
export class TlsClient {
  readonly socket: TLSSocket;
  /** Of the connection; null while there is none. */
  error: NodeJS.ErrnoException | null = null;
  session: Buffer | null = null;
  isSecure = false;
  hasEnded = false;
  isClosed = false;
  readonly #chunks: Buffer[] = [];

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => this.#chunks.push(bytes));
    socket.on('session', (session: Buffer) => {
      this.session = session;
    });
    socket.on('secureConnect', () => {
      this.isSecure = true;
    });
    socket.on('end', () => {
      this.hasEnded = true;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error;
    });
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  /** Begins a connection to a port of the loopback address. */
  static open(port: number, options: ConnectionOptions = {}): TlsClient {
    const to = { host: '127.0.0.1', port, servername: '', rejectUnauthorized: false, allowHalfOpen: true };
    return new TlsClient(connect({ ...to, ...options }));
  }

  /** Waits for the end of the handshake, or that of the connection. */
  static async connect(port: number, options: ConnectionOptions = {}): Promise<TlsClient> {
    const client = TlsClient.open(port, options);
    await until(() => client.isSecure || client.isClosed, 'the end of a handshake');
    return client;
  }

  get received(): string {
    return Buffer.concat(this.#chunks).toString('latin1');
  }

  get receivedBytes(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  get certificate(): PeerCertificate {
    return this.socket.getPeerCertificate();
  }

  /** The common name of the server's certificate. */
  get commonName(): string {
    return String(this.certificate.subject.CN);
  }

  send(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** Sends a request and gives the answer's status, or null where the connection ends without one. */
  async get(host: string, path = '/'): Promise<number | null> {
    const from = this.received.length;
    this.send(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    const isThere = (): boolean => /\r\n\r\n/.test(this.received.slice(from));
    await until(() => isThere() || this.hasEnded || this.isClosed, 'an answer over TLS');
    const status = /^HTTP\/1\.1 (\d+)/.exec(this.received.slice(from));
    return status === null ? null : Number(status[1]);
  }

  async untilClosed(): Promise<void> {
    await until(() => this.isClosed || this.hasEnded, 'the end of a connection over TLS');
  }

  close(): void {
    this.socket.destroy();
  }
}

/** What becomes of a handshake and one request: the status of the answer, or why there was none. */
export async function ask(
  port: number,
  host: string,
  options: ConnectionOptions = {},
): Promise<number | string> {
  const client = await TlsClient.connect(port, options);
  try {
    if (!client.isSecure) return client.error?.code ?? 'closed';
    return (await client.get(host)) ?? client.error?.code ?? 'closed';
  } finally {
    client.close();
  }
}
