/** Frames and header blocks as bytes, written without any code of the product. */

/** What a connection of a client begins with (RFC 9113 section 3.4). */
export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

export const type = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goAway: 7,
  window: 8,
  continuation: 9,
} as const;

export const flag = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const;

export const code = {
  none: 0,
  protocol: 1,
  internal: 2,
  flowControl: 3,
  streamClosed: 5,
  frameSize: 6,
  refused: 7,
  cancel: 8,
  compression: 9,
  connect: 10,
  calm: 11,
} as const;

/** A path that no upstream of these tests answers. */
export const waits = '/waits';

export type Field = readonly [name: string, value: string];

export function frame(kind: number, flags: number, id: number, payload: Buffer | string = ''): Buffer {
  const body = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
  const head = Buffer.alloc(9);
  head.writeUIntBE(body.length, 0, 3);
  head[3] = kind;
  head[4] = flags;
  head.writeUInt32BE(id, 5);
  return Buffer.concat([head, body]);
}

export function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function settings(...entries: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(entries.length * 6);
  for (const [index, [id, value]] of entries.entries()) {
    payload.writeUInt16BE(id, index * 6);
    payload.writeUInt32BE(value, index * 6 + 2);
  }
  return frame(type.settings, 0, 0, payload);
}

/** A dependency and a weight, as PRIORITY carries them. */
export function dependency(on: number, weight = 15, exclusive = false): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE((exclusive ? 0x80000000 : 0) + on);
  bytes[4] = weight;
  return bytes;
}

/** A literal that enters no table, as plain as can be (RFC 7541 section 6.2.2). */
export function literal(name: string, value: string, first = 0): Buffer {
  return Buffer.concat([Buffer.of(first), text(name), text(value)]);
}

/** A string without Huffman coding (RFC 7541 section 5.2). */
export function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([integer(bytes.length, 7), bytes]);
}

/** An integer with a prefix of so many bits (RFC 7541 section 5.1). */
export function integer(value: number, bits: number, first = 0): Buffer {
  const most = 2 ** bits - 1;
  if (value < most) return Buffer.of(first | value);
  const bytes = [first | most];
  let rest = value - most;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

export function block(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.map(([name, value]) => literal(name, value)));
}

/** A request's fields: GET of `/` at `a.test` unless told otherwise; a null leaves one out. */
export function request(
  changes: Readonly<Record<string, string | null>> = {},
  more: readonly Field[] = [],
): Field[] {
  const pseudo = { ':method': 'GET', ':scheme': 'http', ':authority': 'a.test', ':path': '/', ...changes };
  const fields: Field[] = [];
  for (const [name, value] of Object.entries(pseudo)) if (value !== null) fields.push([name, value]);
  return [...fields, ...more];
}
