import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import type { TlsMaterial } from '../../../src/model/tls-material.ts';

const algorithms = {
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  },
} as const;

interface KeyPair {
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

const dayMs = 24 * 3600 * 1000;

/** A certificate with its key, in PEM. */
export interface TestPair {
  readonly certificate: string;
  readonly key: string;
}

export interface IssueOptions {
  readonly keyType?: 'ec' | 'rsa';
  /** From now, in days. */
  readonly days?: number;
  readonly usage?: 'server' | 'client';
}

/** An authority of a test, which trusts nobody else. */
export class TestAuthority {
  readonly certificate: string;
  readonly #name: string;
  readonly #keys: KeyPair;
  #serial = 1;

  private constructor(name: string, keys: KeyPair, certificate: string) {
    this.#name = name;
    this.#keys = keys;
    this.certificate = certificate;
  }

  static async make(name = 'test authority'): Promise<TestAuthority> {
    const keys = await newKeys('ec');
    const subject = `CN=${name}`;
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: subject,
      ...validity(30),
      signingAlgorithm: algorithms.ec,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new TestAuthority(subject, keys, certificate.toString('pem'));
  }

  /** A certificate for hosts or addresses; the first one is its common name. */
  async issue(hosts: readonly string[], options: IssueOptions = {}): Promise<TestPair> {
    const { keyType = 'ec', days = 30, usage = 'server' } = options;
    const keys = await newKeys(keyType);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: `0${++this.#serial}`,
      subject: `CN=${hosts[0] ?? 'nobody'}`,
      issuer: this.#name,
      ...validity(days),
      signingAlgorithm: algorithms.ec,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([
          usage === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
        ]),
        await x509.AuthorityKeyIdentifierExtension.create(this.#keys.publicKey),
        ...(hosts.length > 0 ? [new x509.SubjectAlternativeNameExtension(hosts.map(alternativeName))] : []),
      ],
    });
    return { certificate: certificate.toString('pem'), key: await privateKeyPem(keys.privateKey) };
  }
}

/** As the control thread sends it. */
export function pairMaterial({ certificate, key }: TestPair, id = idOf(certificate + key)): TlsMaterial {
  return { id, kind: 'pair', certificate, key };
}

/** As the control thread sends it. */
export function authorityMaterial(...authorities: readonly TestAuthority[]): TlsMaterial {
  const certificates = authorities.map(({ certificate }) => certificate).join('\n');
  return { id: idOf(certificates), kind: 'authorities', certificates };
}

function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function newKeys(type: 'ec' | 'rsa'): Promise<KeyPair> {
  const keys = await crypto.subtle.generateKey(algorithms[type], true, ['sign', 'verify']);
  return keys as KeyPair;
}

function validity(days: number): { notBefore: Date; notAfter: Date } {
  const nowMs = Date.now();
  // One that is over was valid once.
  const notBefore = new Date(nowMs - 2 * dayMs);
  return { notBefore, notAfter: new Date(nowMs + days * dayMs) };
}

function alternativeName(host: string): { type: 'ip' | 'dns' | 'url'; value: string } {
  if (host.includes('://')) return { type: 'url', value: host };
  return { type: isIP(host) === 0 ? 'dns' : 'ip', value: host };
}

async function privateKeyPem(key: CryptoKey): Promise<string> {
  const bytes = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64');
  const lines = bytes.match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}
