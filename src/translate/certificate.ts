import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { SecretText } from '../model/secret-text.ts';
import type { Material } from './material.ts';

/** What a certificate says of itself. */
export interface Certificate {
  /** DNS names and addresses of subjectAltName, in lower case. */
  readonly names: readonly string[];
  /** As `node:crypto` names it: `rsa`, `ec`, `ed25519`, … */
  readonly keyType: string;
  /** Milliseconds since the epoch. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** The certificate asks for a stapled status (RFC 7633). */
  readonly mustStaple: boolean;
}

export interface Pair {
  readonly material: Material;
  readonly certificate: Certificate;
}

/** Why something cannot be used, without a word of what it holds. */
export interface MaterialProblem {
  /** The key of the Secret that is to blame. */
  readonly part: string;
  readonly message: string;
}

/** Far more than any chain takes; the API server takes objects of a mebibyte. */
const mostCharacters = 262_144;
const mostInChain = 16;
const mostAuthorities = 1024;
/** What OpenSSL takes at its usual level of security: a pair with less would be refused by the proxy threads. */
const leastRsaBits = 2048;

const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Judges a certificate with its chain, and its key, both in PEM. Throws nothing. Takes about 0.1 ms. */
export function judgePair(
  chain: SecretText | undefined,
  key: SecretText | undefined,
): Pair | MaterialProblem {
  const part = 'tls.crt';
  if (chain === undefined) return { part, message: 'there is no key "tls.crt"' };
  if (key === undefined) return { part: 'tls.key', message: 'there is no key "tls.key"' };
  const blocks = certificatesIn(chain, mostInChain);
  if (typeof blocks === 'string') return { part, message: `tls.crt ${blocks}` };
  const [leaf] = blocks.parsed;
  if (leaf === undefined) return { part, message: 'tls.crt holds no certificate in PEM' };
  const text = key.reveal();
  const parsed = text.length > mostCharacters ? null : attempt(() => createPrivateKey(text));
  if (parsed === null) {
    return { part: 'tls.key', message: 'tls.key holds no private key in PEM that can be read' };
  }
  if (attempt(() => leaf.checkPrivateKey(parsed)) !== true) {
    return {
      part: 'tls.key',
      message: 'the private key in tls.key is not that of the certificate in tls.crt',
    };
  }
  const weakness = weaknessOf(parsed);
  if (weakness !== null) return { part: 'tls.key', message: weakness };
  const material: Material = Object.freeze({
    id: idOf('pair', blocks.text.reveal(), text),
    kind: 'pair',
    certificates: blocks.text,
    key,
  });
  return { material, certificate: certificateOf(leaf) };
}

/** Judges certificates of authorities in PEM. Throws nothing. */
export function judgeAuthorities(texts: SecretText | undefined): Material | MaterialProblem {
  const part = 'ca.crt';
  if (texts === undefined) return { part, message: 'there is no key "tls.ca" or "ca.crt"' };
  const blocks = certificatesIn(texts, mostAuthorities);
  if (typeof blocks === 'string') return { part, message: `the authorities ${blocks}` };
  if (blocks.parsed.length === 0) return { part, message: 'the authorities hold no certificate in PEM' };
  return Object.freeze({
    id: idOf('authorities', blocks.text.reveal()),
    kind: 'authorities',
    certificates: blocks.text,
    key: null,
  });
}

interface Blocks {
  /** The certificates and nothing else: OpenSSL must not find more than was judged. */
  readonly text: SecretText;
  readonly parsed: readonly X509Certificate[];
}

/** The certificates of a text, or what is wrong with it. */
function certificatesIn(secret: SecretText, most: number): Blocks | string {
  const text = secret.reveal();
  if (text.length > mostCharacters) return `are more than ${mostCharacters} characters`;
  const blocks = text.match(certificateBlock) ?? [];
  if (blocks.length > most) return `hold more than ${most} certificates`;
  const parsed = blocks.map((block) => attempt(() => new X509Certificate(block)));
  const good = parsed.filter((one) => one !== null);
  if (good.length < parsed.length) return 'holds a certificate that cannot be read';
  return { text: new SecretText(`${blocks.join('\n')}\n`), parsed: good };
}

function weaknessOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | null {
  const bits = asymmetricKeyDetails?.modulusLength;
  if (asymmetricKeyType?.startsWith('rsa') && bits !== undefined && bits < leastRsaBits) {
    return `the key is of ${bits} bits, and less than ${leastRsaBits} are not safe`;
  }
  return null;
}

function certificateOf(leaf: X509Certificate): Certificate {
  return Object.freeze({
    names: Object.freeze(namesOf(leaf)),
    keyType: leaf.publicKey.asymmetricKeyType ?? '',
    notBeforeMs: leaf.validFromDate.getTime(),
    notAfterMs: leaf.validToDate.getTime(),
    mustStaple: asksForStaple(leaf.raw),
  });
}

/** The names that a certificate holds for, in lower case. */
function namesOf({ subjectAltName = '' }: X509Certificate): readonly string[] {
  const found = [...subjectAltName.matchAll(/(?:^|, )(?:DNS|IP Address):([^,"]+)/g)];
  return [...new Set(found.map(([, name = '']) => name.toLowerCase()))];
}

/** id-pe-tlsfeature in DER, and the number of status_request, as RFC 7633 has them. */
const tlsFeature = Buffer.from('06082b06010505070118', 'hex');
const statusRequest = Buffer.from('020105', 'hex');

function asksForStaple(der: Buffer): boolean {
  const at = der.indexOf(tlsFeature);
  if (at === -1) return false;
  // After the name of the extension come its criticality, if that is said, and its value: a few small numbers.
  const value = der.subarray(at + tlsFeature.length, at + tlsFeature.length + 24);
  return value.includes(statusRequest);
}

function idOf(...parts: readonly string[]): string {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(`${part.length}\n`).update(part, 'latin1');
  return digest.digest('hex');
}

function attempt<Result>(action: () => Result): Result | null {
  try {
    return action();
  } catch {
    return null;
  }
}
