import { connect, type Socket } from 'node:net';

/** Normal clients: each asks on its kept connection at a steady pace, and the time to the whole answer is kept. */
export class PacedClients {
  /** Milliseconds, of all answers since `reset`. */
  times: number[] = [];
  /** Answers other than 200, and connections that broke; since the start. */
  errors = 0;
  readonly #clients: readonly PacedClient[];

  constructor(
    port: number,
    host: string,
    shape: { readonly clients: number; readonly everyMs: number; readonly path?: string },
  ) {
    this.#clients = Array.from(
      { length: shape.clients },
      () => new PacedClient({ port, host, path: shape.path ?? '/', everyMs: shape.everyMs }, this),
    );
  }

  /** The ports that their connections have. */
  get ports(): readonly number[] {
    return this.#clients.map(({ socket }) => socket.localPort ?? 0);
  }

  /** A quantile in milliseconds. */
  quantile(share: number): number {
    const sorted = this.times.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  }

  reset(): void {
    this.times = [];
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}

class PacedClient {
  readonly socket: Socket;
  readonly #timer: NodeJS.Timeout;

  constructor(
    to: { readonly port: number; readonly host: string; readonly path: string; readonly everyMs: number },
    all: PacedClients,
  ) {
    let askedAt = 0;
    const request = `GET ${to.path} HTTP/1.1\r\nHost: ${to.host}\r\n\r\n`;
    this.socket = connect({ port: to.port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk) => {
      const text = chunk.toString('latin1');
      if (text.endsWith('ok')) all.times.push(performance.now() - askedAt);
      else if (/^HTTP\/1\.1 [345]/.test(text)) all.errors++;
      else return;
      askedAt = 0;
    });
    this.socket.on('error', () => all.errors++);
    this.#timer = setInterval(() => {
      // Whoever still waits does not ask again: its time counts when it ends.
      if (askedAt !== 0 || this.socket.destroyed) return;
      askedAt = performance.now();
      this.socket.write(request);
    }, to.everyMs);
  }

  close(): void {
    clearInterval(this.#timer);
    this.socket.destroy();
  }
}
