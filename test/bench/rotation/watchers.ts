import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';

/** New connections on a schedule, each with a full handshake and a request, and what they were shown. */
export class Handshakes {
  /** Handshakes that were answered. */
  done = 0;
  /** What went wrong, with how often. */
  readonly failures = new Map<string, number>();
  /** When a certificate was first shown, by its SHA-256 fingerprint. */
  readonly firstSeen = new Map<string, number>();
  #open = 0;
  readonly #to: ConnectionOptions;

  constructor(to: ConnectionOptions) {
    this.#to = to;
  }

  get open(): number {
    return this.#open;
  }

  /** Makes one. */
  begin(): void {
    this.#open++;
    askOnce(this.#to).then(
      (fingerprint) => {
        this.#open--;
        this.done++;
        const now = performance.now();
        if (!this.firstSeen.has(fingerprint)) this.firstSeen.set(fingerprint, now);
      },
      (error: Error) => {
        this.#open--;
        this.failures.set(error.message, (this.failures.get(error.message) ?? 0) + 1);
      },
    );
  }
}

/** A connection that stays, and is asked again and again. */
export class KeptConnection {
  answers = 0;
  errors = 0;
  readonly #socket: TLSSocket;
  readonly #host: string;

  constructor(to: ConnectionOptions) {
    this.#host = to.servername ?? '';
    this.#socket = connect({ ...to, rejectUnauthorized: false });
    this.#socket.on('data', (bytes: Buffer) => {
      if (bytes.toString('latin1').startsWith('HTTP/1.1 200')) this.answers++;
    });
    this.#socket.on('error', () => this.errors++);
    this.#socket.on('close', () => this.errors++);
  }

  ask(): void {
    this.#socket.write(`GET /1k HTTP/1.1\r\nHost: ${this.#host}\r\n\r\n`);
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }
}

const timeoutMs = 5_000;

/** Connects, asks, and gives the fingerprint of the certificate that was shown. */
function askOnce(to: ConnectionOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...to, rejectUnauthorized: false });
    let text = '';
    let fingerprint = '';
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('no answer in time')));
    socket.once('secureConnect', () => {
      fingerprint = socket.getPeerCertificate().fingerprint256;
      socket.write(`GET /1k HTTP/1.1\r\nHost: ${to.servername}\r\nConnection: close\r\n\r\n`);
    });
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
    });
    socket.on('error', (error) => reject(error));
    socket.on('close', () => {
      if (text.startsWith('HTTP/1.1 200')) resolve(fingerprint);
      else reject(new Error(text === '' ? 'closed without an answer' : (text.split('\r\n')[0] ?? '')));
    });
  });
}
