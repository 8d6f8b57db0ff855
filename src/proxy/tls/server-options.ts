import { constants } from 'node:crypto';
import type { TlsOptions } from 'node:tls';
import type { PlanTlsOptions } from '../../model/plan-tls.ts';
import type { KeyPair } from './key-pairs.ts';
import { ticketKeysOf } from './ticket-keys.ts';

/** Suites of TLS 1.3, and those of TLS 1.2 with forward secrecy and authenticated encryption; the fastest first. */
const suites13 = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256';
const suites12 = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');
/** What TLS 1.0 and 1.1 need beside them; OpenSSL counts their hash as weak. */
const suites10 =
  'ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:@SECLEVEL=0';

/** Groups in our order, the hybrid one that withstands quantum computers first. */
export const usualGroups = 'X25519MLKEM768:X25519:P-256:P-384';
/** The same where OpenSSL is too old for it. */
export const olderGroups = 'X25519:P-256:P-384';

/** Sessions can be resumed for so long, in seconds. */
const sessionSeconds = 7_200;

/** What a server needs to be told for one set of settings and certificates. */
export interface ServerMakings {
  readonly options: PlanTlsOptions;
  /** One for each type of key. */
  readonly pairs: readonly KeyPair[];
  /** In PEM. */
  readonly authorities: readonly string[];
  readonly groups: string;
  readonly ticketSeed: Uint8Array | null;
}

export function serverOptions({
  options,
  pairs,
  authorities,
  groups,
  ticketSeed,
}: ServerMakings): TlsOptions {
  const { minVersion, maxVersion, clientAuth } = options;
  const content = JSON.stringify([options, pairs.map(({ id }) => id)]);
  const { ticketKeys, sessionIdContext } = ticketKeysOf(ticketSeed, content);
  const isOld = minVersion === 'TLSv1' || minVersion === 'TLSv1.1';
  const ours = isOld ? `${suites12}:${suites10}` : suites12;
  const suites = options.cipherSuites.length > 0 ? options.cipherSuites.join(':') : ours;
  return {
    cert: pairs.map(({ certificate }) => certificate),
    key: pairs.map(({ key }) => key),
    // Empty, not absent: then OpenSSL would take the authorities that the system knows for those of our clients.
    ca: [...authorities],
    minVersion,
    maxVersion,
    ciphers: `${suites13}:${suites}`,
    honorCipherOrder: true,
    ecdhCurve: options.curves.length > 0 ? options.curves.join(':') : groups,
    secureOptions: secureOptionsOf(options),
    sessionIdContext,
    sessionTimeout: sessionSeconds,
    ...(ticketKeys === null ? {} : { ticketKeys }),
    ALPNProtocols: [...options.alpn],
    requestCert: clientAuth.mode !== 'NoClientCert',
    rejectUnauthorized: clientAuth.mode === 'RequireAndVerifyClientCert',
    // Ours is counted from the moment in which the connection was accepted; this one would cost each a timer.
    handshakeTimeout: -1,
  };
}

function secureOptionsOf({ sessionTickets }: PlanTlsOptions): number {
  const always =
    constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION | constants.SSL_OP_NO_SSLv2;
  return sessionTickets ? always : always | constants.SSL_OP_NO_TICKET;
}
