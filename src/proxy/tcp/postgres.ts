/**
 * PostgreSQL's way to TLS (PostgreSQL documentation, "Message Formats": SSLRequest): the client sends these 8 bytes in clear text and
 * waits for one byte, `S` for yes or `N` for no. After `S` the same connection goes on with a ClientHello.
 */
export const sslRequest: Buffer = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** The same for encryption by GSSAPI, which clients may ask for before TLS; nobody here can do it. */
const gssRequest: Buffer = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30]);

export const agreed: Buffer = Buffer.from('S');
export const declined: Buffer = Buffer.from('N');

/** What the first bytes of a connection are to PostgreSQL. */
export type PostgresStart =
  /** Fine as far as it goes: more bytes are needed to tell. */
  | 'more'
  /** To be answered with `agreed`; a ClientHello follows. */
  | 'sslRequest'
  /** To be answered with `declined`; what follows is a first message again. */
  | 'gssRequest'
  /**
   * A request with bytes behind it. A client waits for the answer, so somebody on the way has put them there to be taken for bytes
   * that came over TLS (CVE-2021-23214): the connection is to be closed.
   */
  | 'stuffed'
  | 'other';

/** Looks at all bytes that have come, of which there may be any number. */
export function readPostgresStart(bytes: Buffer): PostgresStart {
  const length = Math.min(bytes.length, sslRequest.length);
  const isSsl = bytes.compare(sslRequest, 0, length, 0, length) === 0;
  const isGss = bytes.compare(gssRequest, 0, length, 0, length) === 0;
  if (!isSsl && !isGss) return 'other';
  if (length < sslRequest.length) return 'more';
  if (bytes.length > length) return 'stuffed';
  return isSsl ? 'sslRequest' : 'gssRequest';
}

/**
 * Whether an upstream's first bytes agree to TLS: exactly one `S`. Anything else, `N` and error messages too, and anything behind
 * it, ends the connection: the client has been told already that there will be TLS.
 */
export function agreesToTls(bytes: Buffer): boolean {
  return bytes.length === 1 && bytes[0] === agreed[0];
}
