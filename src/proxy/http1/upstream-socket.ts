import { connect, type Socket } from 'node:net';

/** The bytes that a socket reads into, again and again. */
export class ReadBuffer {
  /** Somebody still needs what was read last. */
  isLent = false;
  #bytes: Buffer = Buffer.allocUnsafeSlow(readBytes);

  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Asked for after every read: another one only where the last one is still being written from. */
  next(): Buffer {
    if (this.isLent) {
      this.isLent = false;
      this.#bytes = Buffer.allocUnsafeSlow(readBytes);
    }
    return this.#bytes;
  }
}

/** Begins a connection to an endpoint; `onRead` is called when so many bytes have come into the buffer. */
export function connectUpstream(
  to: { readonly address: string; readonly port: number },
  buffer: ReadBuffer,
  onRead: (length: number) => void,
): Socket {
  return connect({
    host: to.address,
    port: to.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
    onread: {
      buffer: () => buffer.next(),
      callback: (length) => {
        onRead(length);
        return true;
      },
    },
  });
}

const readBytes = 65_536;
