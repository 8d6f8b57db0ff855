import type { Socket } from 'node:net';

/** Above this, a body's bytes are written as they are instead of being joined with the text before them. */
const smallBytes = 16_384;

/**
 * Writes one message after the other to a socket. Head and small bodies are joined to one string and leave in one write;
 * nothing leaves before `flush`, except large bodies. Chunks, where asked for, are of our own making.
 */
export class MessageWriter {
  readonly #socket: Socket;
  #text = '';
  #isChunked = false;

  constructor(socket: Socket) {
    this.#socket = socket;
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

  /** True where the socket still needs the bytes. */
  body(bytes: Buffer, start: number, end: number): boolean {
    const length = end - start;
    if (length === 0) return false;
    if (this.#isChunked) this.#text += `${length.toString(16)}\r\n`;
    if (length + this.#text.length <= smallBytes) {
      this.#text += bytes.toString('latin1', start, end);
      if (this.#isChunked) this.#text += '\r\n';
      return false;
    }
    const socket = this.#socket;
    socket.cork();
    this.flush();
    socket.write(bytes.subarray(start, end));
    socket.uncork();
    if (this.#isChunked) this.#text = '\r\n';
    return socket.writableLength !== 0;
  }

  end(): void {
    if (this.#isChunked) this.#text += '0\r\n\r\n';
    this.#isChunked = false;
  }

  flush(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#socket.write(text, 'latin1');
  }

  /** True where the socket holds so much that its writer should pause until `drain`. */
  get isFull(): boolean {
    return this.#socket.writableNeedDrain && this.#socket.writableLength !== 0;
  }

  /** True where all that was flushed has been handed to the operating system. */
  get isEmpty(): boolean {
    return this.#text === '' && this.#socket.writableLength === 0;
  }
}
