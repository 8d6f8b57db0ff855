import { createCipheriv, createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { until } from '../raw/until.ts';

/**
 * A client of TLS 1.3 whose handshake is that of Node.js, and whose records after it are a test's own: Node.js sends no
 * KeyUpdate when it is told to.
 */
export class KeyUpdater {
  readonly raw: Socket;
  readonly socket: TLSSocket;
  isClosed = false;
  receivedBytes = 0;
  received = '';
  #secret: Buffer = Buffer.alloc(0);
  #sequence = 0;

  private constructor(port: number, options: ConnectionOptions) {
    const raw = connect({ port, host: '127.0.0.1', noDelay: true });
    const wire = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        raw.write(chunk, () => done());
      },
    });
    raw.on('data', (bytes: Buffer) => {
      this.receivedBytes += bytes.length;
      wire.push(bytes);
    });
    raw.on('error', () => {});
    raw.on('close', () => {
      this.isClosed = true;
      wire.push(null);
    });
    this.raw = raw;
    this.socket = connectTls({
      ...options,
      socket: wire,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
      ciphers: 'TLS_AES_128_GCM_SHA256',
    });
    this.socket.on('keylog', (line: Buffer) => {
      const [label, , secret = ''] = line.toString().trim().split(' ');
      if (label === 'CLIENT_TRAFFIC_SECRET_0') this.#secret = Buffer.from(secret, 'hex');
    });
    this.socket.on('data', (bytes: Buffer) => {
      this.received += bytes.toString('latin1');
    });
    this.socket.on('error', () => {});
  }

  static async connect(port: number, options: ConnectionOptions = {}): Promise<KeyUpdater> {
    const client = new KeyUpdater(port, options);
    let isSecure = false;
    client.socket.on('secureConnect', () => {
      isSecure = true;
    });
    await until(() => isSecure || client.isClosed, 'a handshake');
    return client;
  }

  send(text: string): void {
    this.raw.write(this.#record(Buffer.from(text, 'latin1'), 23));
  }

  /** KeyUpdate messages (RFC 8446 section 4.6.3), each in a record of its own under the key of the one before. */
  update(count: number, isRequest: boolean): void {
    const records: Buffer[] = [];
    for (let index = 0; index < count; index++) {
      records.push(this.#record(message(isRequest), 22));
      this.#secret = expand(this.#secret, 'traffic upd', 32);
      this.#sequence = 0;
    }
    this.raw.write(Buffer.concat(records));
  }

  /** Several in one record, which no key is for. */
  updateInOneRecord(count: number): void {
    this.raw.write(this.#record(Buffer.concat(Array.from({ length: count }, () => message(true))), 22));
  }

  close(): void {
    this.socket.destroy();
    this.raw.destroy();
  }

  /** RFC 8446 section 5.2. */
  #record(content: Buffer, type: number): Buffer {
    const inner = Buffer.concat([content, Buffer.of(type)]);
    const head = Buffer.of(0x17, 3, 3, (inner.length + 16) >> 8, (inner.length + 16) & 0xff);
    const nonce = expand(this.#secret, 'iv', 12);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ this.#sequence++) >>> 0, 8);
    const cipher = createCipheriv('aes-128-gcm', expand(this.#secret, 'key', 16), nonce);
    cipher.setAAD(head);
    const sealed = Buffer.concat([cipher.update(inner), cipher.final()]);
    return Buffer.concat([head, sealed, cipher.getAuthTag()]);
  }
}

function message(isRequest: boolean): Buffer {
  return Buffer.of(24, 0, 0, 1, isRequest ? 1 : 0);
}

/** HKDF-Expand-Label with an empty context, of no more than one block (RFC 8446 section 7.1). */
function expand(secret: Buffer, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.of(0, length, name.length), name, Buffer.of(0, 1)]);
  return createHmac('sha256', secret).update(info).digest().subarray(0, length);
}
