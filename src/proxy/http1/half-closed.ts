import type { Socket } from 'node:net';
import type { Exchange } from '../exchange.ts';

/** What is looked at, and who is told. */
export interface HalfClosedOptions {
  /** Time between two looks, in milliseconds. */
  readonly everyMs: number;
  /** What is in flight. */
  readonly exchange: () => Exchange | null;
  /** There is nobody to answer any more. */
  readonly gone: () => void;
}

/**
 * Finds out whether a client that has closed its sending side still listens. TCP does not tell: that a client has closed for good
 * shows only in the reset that answers what we send, and in what we send after that. Where nothing is sent anyway, a client that
 * waits for the head of its answer is sent a 100 (Continue), which every client of HTTP/1.1 has to understand and may drop
 * (RFC 9110 section 15.2), and then an empty write, which fails where the 100 was answered with a reset. Who cannot be asked,
 * being a client of HTTP/1.0 or in the middle of an answer, counts as gone once two looks find that nothing was sent.
 */
export class HalfClosed {
  readonly #socket: Socket;
  readonly #options: HalfClosedOptions;
  readonly #timer: NodeJS.Timeout;
  #seen: Exchange | null = null;
  /** Looks one after the other that found that nothing was sent. */
  #silentLooks = 0;
  #asked = 0;
  #written: number;

  constructor(socket: Socket, options: HalfClosedOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#written = socket.bytesWritten;
    this.#timer = setInterval(() => this.look(), options.everyMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  look(): void {
    const exchange = this.#options.exchange();
    if (exchange !== this.#seen) {
      this.#seen = exchange;
      this.#silentLooks = 0;
      this.#asked = 0;
    }
    const { bytesWritten, writableLength } = this.#socket;
    const isSilent = bytesWritten === this.#written;
    this.#written = bytesWritten;
    // What is on its way finds out by itself.
    if (exchange === null || !isSilent || writableLength > 0) {
      this.#silentLooks = 0;
      return;
    }
    this.#silentLooks++;
    if (!exchange.headSent && exchange.request.protocol === 'http/1.1') this.#ask();
    // Twice, since a thread that was late may have had the next bytes before it all along.
    else if (this.#silentLooks >= 2) this.#options.gone();
  }

  #ask(): void {
    this.#asked++;
    if (this.#asked === 1) {
      this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
      this.#written = this.#socket.bytesWritten;
    } else if (this.#asked === 2) {
      this.#socket.write('');
    }
  }
}
