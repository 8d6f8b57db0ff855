import type { SendMemory } from '../send-memory.ts';
import { hasUnsent, isFull, type WatchedSocket } from '../watched-socket.ts';

/** Up to here a body is joined with the text before it as text; copying more of it twice costs more than a buffer. */
const smallBytes = 4_096;

/**
 * Writes one message after the other to a socket. Head and body bytes that come together are joined and leave in one write;
 * nothing leaves before `flush`, except large bodies. Chunks, where asked for, are of our own making.
 */
export class MessageWriter {
  readonly #socket: WatchedSocket;
  readonly #memory: SendMemory;
  #text = '';
  #isChunked = false;
  #writes = 0;

  constructor(socket: WatchedSocket, memory: SendMemory) {
    this.#socket = socket;
    this.#memory = memory;
  }

  /** Begins a message. `head` ends with its empty line. */
  begin(head: string, isChunked: boolean): void {
    this.#text += head;
    this.#isChunked = isChunked;
  }

  /** Adds text that is no part of a body. */
  add(text: string): void {
    this.#text += text;
  }

  /** Adds a part of the body; the caller may reuse the bytes when this returns. */
  body(bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    if (length === 0) return;
    const isChunked = this.#isChunked;
    if (isChunked) this.#text += `${length.toString(16)}\r\n`;
    if (length + this.#text.length <= smallBytes) {
      this.#text += bytes.toString('latin1', start, end);
      if (isChunked) this.#text += '\r\n';
      return;
    }
    const text = this.#text;
    this.#text = '';
    this.#beforeWrite();
    this.#memory.write(this.#socket, text, { bytes, start, end }, isChunked ? '\r\n' : '');
  }

  end(): void {
    if (this.#isChunked) this.#text += '0\r\n\r\n';
    this.#isChunked = false;
  }

  flush(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#beforeWrite();
    this.#socket.write(text, 'latin1');
  }

  /** Only a second write can be held back for the sake of larger packets, and many connections never see one. */
  #beforeWrite(): void {
    if (++this.#writes === 2) this.#socket.setNoDelay(true);
  }

  /** True where the socket holds so much that its writer should pause until `drain`. */
  get isFull(): boolean {
    return isFull(this.#socket);
  }

  /** True where something of what was flushed waits for the other side to take it. */
  get hasUnsent(): boolean {
    return hasUnsent(this.#socket);
  }

  /** True where all that was flushed has been handed to the operating system. */
  get isEmpty(): boolean {
    return this.#text === '' && this.#socket.writableLength === 0;
  }
}
