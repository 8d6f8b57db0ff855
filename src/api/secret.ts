import { createHash } from 'node:crypto';
import type { KubeObject } from '../model/cluster.ts';
import { SecretText } from '../model/secret-text.ts';
import { isRecord, type JsonRecord, Misfit } from './trim-shape.ts';

/** `v1 Secret`: of its data only what TLS needs. Whatever else it holds is dropped when it is read. */
export interface Secret extends KubeObject {
  readonly type?: string;
  readonly tls: SecretData;
}

/** The PEM texts of a Secret, each absent where its key is. */
export interface SecretData {
  /** SHA-256 of all that follows, in hex: it alone tells whether two Secrets say the same. */
  readonly digest: string;
  /** `tls.crt`: a certificate with its chain. */
  readonly certificate?: SecretText;
  /** `tls.key` */
  readonly key?: SecretText;
  /** `tls.ca`, else `ca.crt`, else the only key of the Secret where that holds certificates. */
  readonly authorities?: SecretText;
}

/** `v1 ConfigMap`: of its data only certificates of authorities, under the same keys as in a Secret. */
export interface ConfigMap extends KubeObject {
  readonly tls: SecretData;
}

/** The parts of a Secret. Throws a Misfit where `data` is no map. */
export function secretData(source: JsonRecord): SecretData {
  const { data, stringData } = source;
  const encoded = mapOf(data, 'data');
  const plain = mapOf(stringData, 'stringData');
  const read = (key: string): string | undefined => {
    const text = plain[key];
    if (typeof text === 'string') return text;
    const value = encoded[key];
    return typeof value === 'string' ? Buffer.from(value, 'base64').toString('latin1') : undefined;
  };
  const keys = [...new Set([...Object.keys(plain), ...Object.keys(encoded)])];
  return dataOf({
    certificate: read('tls.crt'),
    key: read('tls.key'),
    authorities: read('tls.ca') ?? read('ca.crt') ?? onlyOne(keys, read),
  });
}

/** The parts of a ConfigMap. Throws a Misfit where `data` is no map. */
export function configMapData(source: JsonRecord): SecretData {
  const data = mapOf(source.data, 'data');
  const read = (key: string): string | undefined => {
    const text = data[key];
    return typeof text === 'string' ? text : undefined;
  };
  return dataOf({ authorities: read('tls.ca') ?? read('ca.crt') ?? onlyOne(Object.keys(data), read) });
}

function onlyOne(keys: readonly string[], read: (key: string) => string | undefined): string | undefined {
  const [key] = keys;
  if (key === undefined || keys.length > 1) return undefined;
  const text = read(key);
  return text?.includes('-----BEGIN CERTIFICATE-----') ? text : undefined;
}

type Texts = { readonly [Part in 'certificate' | 'key' | 'authorities']?: string | undefined };

function dataOf(texts: Texts): SecretData {
  const digest = createHash('sha256');
  const parts: [string, SecretText][] = [];
  for (const [part, text] of Object.entries(texts)) {
    if (text === undefined) continue;
    digest.update(`${part} ${text.length}\n`).update(text, 'latin1');
    parts.push([part, new SecretText(text)]);
  }
  return { digest: digest.digest('hex'), ...Object.fromEntries(parts) };
}

function mapOf(value: unknown, path: string): JsonRecord {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) throw new Misfit(path);
  return value;
}
