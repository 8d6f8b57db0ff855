import { type ClientHello, readClientHello } from './client-hello.ts';

/** `malformed` is for what no client sends that means well: it is not handed to any TLS engine. */
export type HelloRead = ClientHello | 'more' | 'malformed';

const helloType = 1;
/** So much of a connection's start is read for the sake of its ClientHello: its records, with their headers. In bytes. */
export const mostHelloBytes = 65_536;
const recordHeader = 5;
const mostRecordBytes = 16_384;
const handshakeHeader = 4;

/**
 * Gathers a ClientHello that may come in any number of pieces, cut by TCP or into TLS records (RFC 8446 section 5.1). Each byte is
 * looked at once, however small the pieces are.
 */
export class HelloReader {
  /** All that came, as it came, for the TLS engine; valid up to `length`. */
  #bytes: Buffer = Buffer.allocUnsafe(2_048);
  #length = 0;
  /** The handshake message without the headers of its records. */
  #message: Buffer = Buffer.allocUnsafe(2_048);
  #messageLength = 0;
  /** Up to here records have been taken apart. */
  #at = 0;
  #leftInRecord = 0;

  /** All bytes that came. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Takes the next `length` bytes, which may be reused when this returns. To be called until it returns something else than `more`. */
  add(bytes: Buffer, length: number): HelloRead {
    this.#bytes = grown(this.#bytes, this.#length, this.#length + length);
    bytes.copy(this.#bytes, this.#length, 0, length);
    this.#length += length;
    for (;;) {
      if (this.#leftInRecord === 0) {
        if (this.#length - this.#at < recordHeader) break;
        if (!this.#beginRecord()) return 'malformed';
      }
      const taken = Math.min(this.#leftInRecord, this.#length - this.#at);
      if (taken === 0) break;
      this.#take(taken);
      const read = this.#read();
      if (read !== 'more') return read;
    }
    return this.#length >= mostHelloBytes ? 'malformed' : 'more';
  }

  /** A record of another type, or an empty one, has no place in a ClientHello. */
  #beginRecord(): boolean {
    const at = this.#at;
    const size = this.#bytes.readUInt16BE(at + 3);
    if (!beginsTls(this.#bytes, at, this.#length) || size === 0 || size > mostRecordBytes) return false;
    this.#at += recordHeader;
    this.#leftInRecord = size;
    return true;
  }

  #take(length: number): void {
    this.#message = grown(this.#message, this.#messageLength, this.#messageLength + length);
    this.#bytes.copy(this.#message, this.#messageLength, this.#at, this.#at + length);
    this.#messageLength += length;
    this.#at += length;
    this.#leftInRecord -= length;
  }

  #read(): HelloRead {
    if (this.#message[0] !== helloType) return 'malformed';
    if (this.#messageLength < handshakeHeader) return 'more';
    const end = handshakeHeader + this.#message.readUIntBE(1, 3);
    if (end > mostHelloBytes) return 'malformed';
    if (this.#messageLength < end) return 'more';
    return readClientHello(this.#message.subarray(handshakeHeader, end));
  }
}

/** True where bytes begin as a handshake record of TLS, as far as they have come. */
export function beginsTls(bytes: Buffer, at: number, end: number): boolean {
  return bytes[at] === 0x16 && (end - at < 2 || bytes[at + 1] === 3);
}

function grown(buffer: Buffer, used: number, needed: number): Buffer {
  if (needed <= buffer.length) return buffer;
  const larger = Buffer.allocUnsafe(Math.max(needed, 2 * buffer.length));
  buffer.copy(larger, 0, 0, used);
  return larger;
}
