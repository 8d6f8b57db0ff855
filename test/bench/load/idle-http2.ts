/** As little HTTP/2 (RFC 9113) as a client needs that asks once and then holds its connection. */

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const headersType = 1;
const settingsType = 4;
const pingType = 6;
const ackFlag = 1;
/** END_STREAM and END_HEADERS. */
const wholeRequest = 5;

function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** The preface and a GET. `host` and `path` have at most 126 bytes each. */
export function firstHttp2Bytes(host: string, path: string, overTls: boolean): Buffer {
  // HPACK (RFC 7541): GET and the scheme are in the static table; authority and path have their names there.
  const literal = (index: number, text: string): Buffer =>
    Buffer.concat([Buffer.from([index, text.length]), Buffer.from(text, 'latin1')]);
  const fields = [Buffer.from([0x82, overTls ? 0x87 : 0x86]), literal(0x01, host), literal(0x04, path)];
  return Buffer.concat([
    preface,
    frame(settingsType, 0, 0),
    frame(headersType, wholeRequest, 1, Buffer.concat(fields)),
  ]);
}

/** What to write for what came, and whether an answer began in it. Frames of which the head came in two pieces are passed over. */
export function replyTo(bytes: Buffer): { readonly reply: Buffer | null; readonly answer: boolean } {
  const replies: Buffer[] = [];
  let answer = false;
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    const type = bytes.readUInt8(at + 3);
    const isAck = (bytes.readUInt8(at + 4) & ackFlag) !== 0;
    if (type === headersType) answer = true;
    if (type === settingsType && !isAck) replies.push(frame(settingsType, ackFlag, 0));
    if (type === pingType && !isAck && at + 17 <= bytes.length) {
      replies.push(frame(pingType, ackFlag, 0, bytes.subarray(at + 9, at + 17)));
    }
  }
  return { reply: replies.length === 0 ? null : Buffer.concat(replies), answer };
}
