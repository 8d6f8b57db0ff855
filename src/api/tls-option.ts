import { z } from 'zod';
import { type EffectTable, now, without } from './effect-entry.ts';
import { flag, notes, objectName, text } from './field.ts';
import { tlsVersionNames } from './tls-names.ts';

/** How many names one list may hold. */
const mostEntries = 64;

/** What is done about certificates of clients (Go crypto/tls ClientAuthType). */
export const clientAuthTypes = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;

const clientAuth = z.strictObject({
  secretNames: z
    .array(objectName())
    .max(mostEntries)
    .exactOptional()
    .meta(
      notes(
        'Secrets of the same namespace with certificates of authorities, in the key tls.ca or ca.crt, or in the only key.',
      ),
    ),
  clientAuthType: z
    .enum(clientAuthTypes)
    .exactOptional()
    .meta(
      notes(
        'Whether a client is asked for a certificate, must show one, and must show one that an authority of secretNames has signed.',
        'RequireAndVerifyClientCert where secretNames names any, else NoClientCert',
      ),
    ),
});

/** `spec` of a TLSOption. */
export const tlsOptionSpecSchema = z.strictObject({
  minVersion: z.enum(tlsVersionNames).exactOptional().meta(notes('Lowest version of TLS.', 'VersionTLS12')),
  maxVersion: z.enum(tlsVersionNames).exactOptional().meta(notes('Highest version of TLS.', 'VersionTLS13')),
  cipherSuites: z
    .array(text(128))
    .max(mostEntries)
    .exactOptional()
    .meta(
      notes(
        'Cipher suites for TLS 1.2 and below, by the names of Go, such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256. Those of TLS 1.3 are always on.',
        'those with forward secrecy and authenticated encryption',
      ),
    ),
  curvePreferences: z
    .array(text(64))
    .max(mostEntries)
    .exactOptional()
    .meta(
      notes(
        'Groups for the exchange of keys, the preferred first: CurveP256, CurveP384, CurveP521, X25519, X25519MLKEM768, SecP256r1MLKEM768, SecP384r1MLKEM1024.',
        'those of Node.js',
      ),
    ),
  clientAuth: clientAuth
    .exactOptional()
    .meta(notes('Certificates of clients (mutual TLS).', 'not asked for')),
  sniStrict: flag('Refuses handshakes that name no host for which there is a certificate.'),
  alpnProtocols: z
    .array(text(255))
    .max(mostEntries)
    .exactOptional()
    .meta(
      notes('Protocols on offer (ALPN), the preferred first. acme-tls/1 is left out.', 'h2 and http/1.1'),
    ),
  disableSessionTickets: flag('Has every connection make a full handshake.'),
  preferServerCipherSuites: z
    .boolean()
    .exactOptional()
    .meta(notes('Deprecated; the order of the server always counts.')),
});

/** `spec` of a TLSOption, decoded. */
export type TlsOptionSpec = z.infer<typeof tlsOptionSpecSchema>;

/** What the fields of `spec` of a TLSOption do. */
export const tlsOptionEffects: EffectTable = Object.freeze({
  minVersion: now,
  maxVersion: now,
  cipherSuites: now,
  curvePreferences: now,
  clientAuth: now,
  'clientAuth.secretNames': now,
  'clientAuth.clientAuthType': now,
  sniStrict: now,
  alpnProtocols: now,
  disableSessionTickets: now,
  preferServerCipherSuites: without('it is deprecated, and the order of the server always counts', {
    hint: 'Leave it out.',
  }),
});
