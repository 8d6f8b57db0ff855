import { hostOfServerName } from './server-name.ts';

/** What a ClientHello says, as far as it decides how it is answered (RFC 8446 section 4.1.2). */
export interface ClientHello {
  /** In lower case without a last dot; null where the client names no host. */
  readonly serverName: string | null;
  /** In the client's order. */
  readonly alpn: readonly string[];
  /** The version is in it, or a later one is offered besides. */
  readonly offersTls13: boolean;
  /** The client can check signatures of ECDSA. */
  readonly takesEcdsa: boolean;
}

const extension = { serverName: 0, signatureAlgorithms: 13, alpn: 16, supportedVersions: 43 } as const;

/** Reads the body of a ClientHello, from behind the four bytes of its handshake header to its end. */
export function readClientHello(bytes: Buffer): ClientHello | 'malformed' {
  const whole = new Cursor(bytes, 0, bytes.length);
  whole.skip(2 + 32);
  whole.vector(1);
  const suites = whole.vector(2);
  const compressions = whole.vector(1);
  if (whole.isBroken || suites.left === 0 || compressions.left === 0) return 'malformed';
  const found: Found = { serverName: null, alpn: [], offersTls13: false, takesEcdsa: false };
  // Clients older than RFC 3546 send none.
  if (whole.left === 0) return found;
  const extensions = whole.vector(2);
  if (whole.isBroken || whole.left > 0) return 'malformed';
  const seen = new Set<number>();
  while (extensions.left > 0) {
    const type = extensions.number(2);
    const content = extensions.vector(2);
    if (extensions.isBroken || seen.has(type) || !readExtension(type, content, found)) return 'malformed';
    seen.add(type);
  }
  return found;
}

type Found = { -readonly [Key in keyof ClientHello]: ClientHello[Key] };

function readExtension(type: number, content: Cursor, found: Found): boolean {
  switch (type) {
    case extension.serverName:
      return readServerName(content, found);
    case extension.alpn:
      return readProtocols(content, found);
    case extension.supportedVersions: {
      const versions = content.vector(1);
      while (versions.left > 1) if (versions.number(2) === 0x03_04) found.offersTls13 = true;
      return isDone(content, versions);
    }
    case extension.signatureAlgorithms: {
      const schemes = content.vector(2);
      // The low byte is 3 for ECDSA in TLS 1.2, and with the hash of a curve in TLS 1.3.
      while (schemes.left > 1) if ((schemes.number(2) & 0xff) === 3) found.takesEcdsa = true;
      return isDone(content, schemes);
    }
    default:
      return true;
  }
}

/** RFC 6066 section 3. Names of other types than a host's exist nowhere, and no more than one name is allowed. */
function readServerName(content: Cursor, found: Found): boolean {
  const names = content.vector(2);
  const type = names.number(1);
  const name = names.vector(2);
  if (!isDone(content, names) || name.isBroken || type !== 0) return false;
  found.serverName = hostOfServerName(name.text());
  return found.serverName !== null;
}

/** RFC 7301 section 3.1. */
function readProtocols(content: Cursor, found: Found): boolean {
  const names = content.vector(2);
  const alpn: string[] = [];
  while (names.left > 0) {
    const name = names.vector(1);
    if (names.isBroken || name.left === 0) return false;
    alpn.push(name.text());
  }
  found.alpn = alpn;
  return alpn.length > 0 && isDone(content, names);
}

function isDone(content: Cursor, inner: Cursor): boolean {
  return !content.isBroken && !inner.isBroken && content.left === 0 && inner.left === 0;
}

/** Walks over bytes; what is asked for beyond the end is 0, and breaks it. */
class Cursor {
  isBroken = false;
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;

  constructor(bytes: Buffer, at: number, end: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  get left(): number {
    return this.isBroken ? 0 : this.#end - this.#at;
  }

  skip(length: number): void {
    if (length > this.#end - this.#at) this.isBroken = true;
    else this.#at += length;
  }

  /** A number of one or two bytes. */
  number(size: 1 | 2): number {
    const at = this.#at;
    this.skip(size);
    if (this.isBroken) return 0;
    return size === 1 ? this.#bytes.readUInt8(at) : this.#bytes.readUInt16BE(at);
  }

  /** What stands behind a length of one or two bytes. */
  vector(size: 1 | 2): Cursor {
    const length = this.number(size);
    const at = this.#at;
    this.skip(length);
    const inner = new Cursor(this.#bytes, at, this.isBroken ? at : at + length);
    inner.isBroken = this.isBroken;
    return inner;
  }

  text(): string {
    return this.#bytes.toString('latin1', this.#at, this.#end);
  }
}
