import { createHash } from 'node:crypto';

/** A frame (RFC 6455 section 5.2) as bytes; masked ones are what clients send. */
export function frame(payload: string | Buffer, options: { opcode?: number; masked?: boolean } = {}): Buffer {
  const data = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const { opcode = typeof payload === 'string' ? 1 : 2, masked = false } = options;
  const bit = masked ? 0x80 : 0;
  let head = Buffer.from([0x80 | opcode, bit | data.length]);
  if (data.length > 65_535) {
    head = Buffer.alloc(10);
    head.writeUInt16BE(((0x80 | opcode) << 8) | bit | 127);
    head.writeBigUInt64BE(BigInt(data.length), 2);
  } else if (data.length > 125) {
    head = Buffer.alloc(4);
    head.writeUInt16BE(((0x80 | opcode) << 8) | bit | 126);
    head.writeUInt16BE(data.length, 2);
  }
  if (!masked) return Buffer.concat([head, data]);
  const mask = Buffer.from([1, 2, 3, 4]);
  return Buffer.concat([head, mask, data.map((value, index) => value ^ (mask[index & 3] ?? 0))]);
}

export interface ReadFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Takes frames off a stream of bytes. */
export class FrameReader {
  #pending: Buffer[] = [];
  #length = 0;
  #wanted = 2;

  /** Adds bytes and returns the frames that they complete. */
  add(chunk: Buffer): ReadFrame[] {
    this.#pending.push(chunk);
    this.#length += chunk.length;
    const frames: ReadFrame[] = [];
    while (this.#length >= this.#wanted) {
      const bytes = Buffer.concat(this.#pending);
      this.#pending = [bytes];
      const size = frameSize(bytes);
      this.#wanted = size.whole;
      if (bytes.length < size.whole) continue;
      frames.push(readFrame(bytes.subarray(0, size.whole), size.head));
      const rest = bytes.subarray(size.whole);
      this.#pending = [rest];
      this.#length = rest.length;
      this.#wanted = 2;
    }
    return frames;
  }
}

function frameSize(bytes: Buffer): { head: number; whole: number } {
  const second = bytes[1] ?? 0;
  const short = second & 0x7f;
  const head = 2 + (short === 127 ? 8 : short === 126 ? 2 : 0) + (second & 0x80 ? 4 : 0);
  if (bytes.length < head) return { head, whole: head };
  let length = short;
  if (short === 126) length = bytes.readUInt16BE(2);
  if (short === 127) length = Number(bytes.readBigUInt64BE(2));
  return { head, whole: head + length };
}

function readFrame(bytes: Buffer, head: number): ReadFrame {
  const isMasked = ((bytes[1] ?? 0) & 0x80) !== 0;
  const body = bytes.subarray(head);
  const payload = isMasked
    ? Buffer.from(body.map((value, index) => value ^ (bytes[head - 4 + (index & 3)] ?? 0)))
    : Buffer.from(body);
  return { opcode: (bytes[0] ?? 0) & 0x0f, payload };
}

/** The key of RFC 6455 section 1.3. */
export const sampleKey = 'dGhlIHNhbXBsZSBub25jZQ==';

/** A request for a WebSocket, written as browsers do. */
export function handshake(path = '/', host = 'a.test'): string {
  return (
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nsec-websocket-key: ${sampleKey}\r\n\r\n`
  );
}

/** The answer that a server gives to a request for a WebSocket. */
export function switching(requestHead: string, lines = ''): string {
  const key = /^sec-websocket-key: (.*)\r$/im.exec(requestHead)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return (
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    `Sec-WebSocket-Accept: ${accept}\r\n${lines}\r\n`
  );
}
