import { X509Certificate } from 'node:crypto';
import type { MaterialId } from '../../model/plan-tls.ts';
import type { TlsMaterial } from '../../model/tls-material.ts';

/** A certificate that can be served. */
export interface KeyPair {
  readonly id: MaterialId;
  readonly certificate: string;
  readonly key: string;
  readonly keyType: string;
  readonly leaf: X509Certificate;
}

/** The certificates and keys that a thread has been sent. They are read when they are first asked for. */
export class KeyPairs {
  readonly #material = new Map<MaterialId, TlsMaterial>();
  readonly #pairs = new Map<MaterialId, KeyPair | null>();
  readonly #authorities = new Map<MaterialId, readonly string[] | null>();

  /** Takes those of `removed` away, and then `set` in, each in place of one of the same id. */
  update(set: readonly TlsMaterial[], removed: readonly MaterialId[]): void {
    for (const id of removed) this.#remove(id);
    for (const material of set) {
      this.#remove(material.id);
      this.#material.set(material.id, material);
    }
  }

  /** The pair of an id; null where there is none, or it cannot be read. */
  pair(id: MaterialId): KeyPair | null {
    const known = this.#pairs.get(id);
    if (known !== undefined) return known;
    const material = this.#material.get(id);
    if (material === undefined || material.kind !== 'pair') return null;
    const pair = readPair(id, material.certificate, material.key);
    this.#pairs.set(id, pair);
    return pair;
  }

  /** The certificates of authorities, in PEM, one each; null where there are none, or one of them cannot be read. */
  authorities(id: MaterialId): readonly string[] | null {
    const known = this.#authorities.get(id);
    if (known !== undefined) return known;
    const material = this.#material.get(id);
    if (material === undefined || material.kind !== 'authorities') return null;
    const certificates = readAuthorities(material.certificates);
    this.#authorities.set(id, certificates);
    return certificates;
  }

  #remove(id: MaterialId): void {
    this.#material.delete(id);
    this.#pairs.delete(id);
    this.#authorities.delete(id);
  }
}

function readPair(id: MaterialId, certificate: string, key: string): KeyPair | null {
  try {
    const leaf = new X509Certificate(certificate);
    return { id, certificate, key, keyType: leaf.publicKey.asymmetricKeyType ?? '', leaf };
  } catch {
    return null;
  }
}

/** OpenSSL takes what it can read and is silent about the rest; that would be fewer authorities than were asked for. */
function readAuthorities(text: string): readonly string[] | null {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const begins = text.split('-----BEGIN').length - 1;
  if (blocks.length === 0 || blocks.length !== begins) return null;
  try {
    for (const block of blocks) new X509Certificate(block);
    return blocks;
  } catch {
    return null;
  }
}
