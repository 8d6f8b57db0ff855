import type { TlsVersion } from '../model/plan-tls.ts';

/** Versions of TLS as Traefik's kinds name them (Go crypto/tls). */
export const tlsVersionNames = ['VersionTLS10', 'VersionTLS11', 'VersionTLS12', 'VersionTLS13'] as const;

export type TlsVersionName = (typeof tlsVersionNames)[number];

const versions: Readonly<Record<TlsVersionName, TlsVersion>> = Object.freeze({
  VersionTLS10: 'TLSv1',
  VersionTLS11: 'TLSv1.1',
  VersionTLS12: 'TLSv1.2',
  VersionTLS13: 'TLSv1.3',
});

/** A version as `node:tls` names it. */
export function tlsVersion(name: TlsVersionName): TlsVersion {
  return versions[name];
}

/** Whether the first of two versions is later than the second. */
export function isLaterVersion(one: TlsVersionName, other: TlsVersionName): boolean {
  return tlsVersionNames.indexOf(one) > tlsVersionNames.indexOf(other);
}

/** Cipher suites of TLS 1.2 and below by their IANA names, which Go uses, and what OpenSSL calls them. */
const cipherSuites: Readonly<Record<string, string>> = Object.freeze({
  TLS_RSA_WITH_AES_128_CBC_SHA: 'AES128-SHA',
  TLS_RSA_WITH_AES_256_CBC_SHA: 'AES256-SHA',
  TLS_RSA_WITH_AES_128_CBC_SHA256: 'AES128-SHA256',
  TLS_RSA_WITH_AES_128_GCM_SHA256: 'AES128-GCM-SHA256',
  TLS_RSA_WITH_AES_256_GCM_SHA384: 'AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: 'ECDHE-ECDSA-AES128-SHA256',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: 'ECDHE-RSA-AES128-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
});

/** Those of TLS 1.3, which are always on offer: naming them changes nothing, as in Go. */
const suitesOfTls13: ReadonlySet<string> = new Set([
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
]);

/** All names of cipher suites that are known, for "did you mean". */
export const cipherSuiteNames: readonly string[] = Object.freeze([
  ...Object.keys(cipherSuites),
  ...suitesOfTls13,
]);

/** What OpenSSL calls a cipher suite; empty for one of TLS 1.3, undefined for a name that is not known. */
export function openSslCipherSuite(name: string): string | undefined {
  if (suitesOfTls13.has(name)) return '';
  return Object.hasOwn(cipherSuites, name) ? cipherSuites[name] : undefined;
}

/** Groups for the exchange of keys by the names that Traefik takes, and what OpenSSL calls them. */
const groups: Readonly<Record<string, string>> = Object.freeze({
  CurveP256: 'P-256',
  secp256r1: 'P-256',
  CurveP384: 'P-384',
  secp384r1: 'P-384',
  CurveP521: 'P-521',
  secp521r1: 'P-521',
  X25519: 'X25519',
  x25519: 'X25519',
  X25519MLKEM768: 'X25519MLKEM768',
  x25519mlkem768: 'X25519MLKEM768',
  SecP256r1MLKEM768: 'SecP256r1MLKEM768',
  secp256r1mlkem768: 'SecP256r1MLKEM768',
  SecP384r1MLKEM1024: 'SecP384r1MLKEM1024',
  secp384r1mlkem1024: 'SecP384r1MLKEM1024',
});

/** All names of groups that are known, for "did you mean". */
export const curveNames: readonly string[] = Object.freeze(Object.keys(groups));

/** What OpenSSL calls a group; undefined for a name that is not known. */
export function openSslGroup(name: string): string | undefined {
  return Object.hasOwn(groups, name) ? groups[name] : undefined;
}
