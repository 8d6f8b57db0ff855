import { Duplex } from 'node:stream';
import { type ConnectionOptions, connect } from 'node:tls';

/** The ClientHello that Node.js sends, in its record. */
export async function clientHello(options: ConnectionOptions): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const wire = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      resolve(Buffer.from(chunk));
      done();
    },
  });
  const socket = connect({ ...options, socket: wire, rejectUnauthorized: false });
  socket.on('error', () => undefined);
  const hello = await promise;
  socket.destroy();
  wire.destroy();
  return hello;
}

export interface HelloParts {
  /** Type and content of each. */
  readonly extensions?: readonly (readonly [number, Buffer])[];
  readonly version?: number;
}

/** A ClientHello of a test's own making: the handshake message, without a record. */
export function helloMessage({ extensions = [], version = 0x0303 }: HelloParts): Buffer {
  const body = Buffer.concat([
    number(version, 2),
    Buffer.alloc(32, 7),
    withLength(Buffer.alloc(0), 1),
    withLength(Buffer.from([0x13, 0x01]), 2),
    withLength(Buffer.from([0]), 1),
    withLength(
      Buffer.concat(
        extensions.map(([type, content]) => Buffer.concat([number(type, 2), withLength(content, 2)])),
      ),
      2,
    ),
  ]);
  return Buffer.concat([Buffer.from([1]), number(body.length, 3), body]);
}

/** The extension of a name of a host. */
export function serverName(name: string | Buffer): readonly [number, Buffer] {
  const bytes = typeof name === 'string' ? Buffer.from(name, 'latin1') : name;
  return [0, withLength(Buffer.concat([Buffer.from([0]), withLength(bytes, 2)]), 2)];
}

/** Cuts a message into records of at most `size` bytes. */
export function records(message: Buffer, size = 16_384): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    parts.push(Buffer.from([0x16, 3, 1]), withLength(message.subarray(at, at + size), 2));
  }
  return Buffer.concat(parts);
}

export function withLength(content: Buffer, size: number): Buffer {
  return Buffer.concat([number(content.length, size), content]);
}

function number(value: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntBE(value, 0, size);
  return bytes;
}
