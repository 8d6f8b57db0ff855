import { z } from 'zod';
import { type EffectTable, now } from './effect-entry.ts';
import { duration, flag, notes, text } from './field.ts';
import { tlsVersionNames } from './tls-names.ts';
import { upstreamTlsEffects, upstreamTlsShape } from './upstream-tls.ts';

const forwardingTimeouts = z.strictObject({
  dialTimeout: duration()
    .exactOptional()
    .meta(
      notes(
        'Longest time to connect to an endpoint, with the handshake. 0 is as long as a request may take.',
        'upstream-connect-timeout of the settings',
      ),
    ),
  responseHeaderTimeout: duration()
    .exactOptional()
    .meta(
      notes(
        'Longest time from the end of a request to the head of its answer. 0 is for ever.',
        'upstream-first-byte-timeout of the settings',
      ),
    ),
  idleConnTimeout: duration()
    .exactOptional()
    .meta(
      notes(
        'How long an unused connection is kept. 0 is for as long as the endpoint keeps it.',
        'upstream-keep-alive-timeout of the settings',
      ),
    ),
  readIdleTimeout: duration()
    .exactOptional()
    .meta(
      notes('Silence after which an HTTP/2 connection is asked for a sign of life. 0 asks for none.', '0'),
    ),
  pingTimeout: duration()
    .exactOptional()
    .meta(notes('How long that sign of life may take, before the connection is closed.', '15s')),
});

/** `spec` of a ServersTransport. */
export const serversTransportSpecSchema = z.strictObject({
  ...upstreamTlsShape,
  minVersion: z.enum(tlsVersionNames).exactOptional().meta(notes('Lowest version of TLS.', 'VersionTLS12')),
  maxVersion: z.enum(tlsVersionNames).exactOptional().meta(notes('Highest version of TLS.', 'VersionTLS13')),
  cipherSuites: z
    .array(text(128))
    .max(64)
    .exactOptional()
    .meta(
      notes(
        'Cipher suites for TLS 1.2 and below, by the names of Go, such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256.',
        'those of Node.js',
      ),
    ),
  maxIdleConnsPerHost: z
    .int()
    .min(-1)
    .max(100_000)
    .exactOptional()
    .meta(
      notes(
        'Most unused connections that one proxy thread keeps to one endpoint. -1 keeps none; 0 is as if absent.',
        'upstream-keep-alive-connections of the settings',
      ),
    ),
  forwardingTimeouts: forwardingTimeouts.exactOptional().meta(notes('How long connections may take.')),
  disableHTTP2: flag('Speaks HTTP/1.1 over TLS also with endpoints that could do HTTP/2.'),
});

/** `spec` of a ServersTransport, decoded. */
export type ServersTransportSpec = z.infer<typeof serversTransportSpecSchema>;

/** What the fields of `spec` of a ServersTransport do. */
export const serversTransportEffects: EffectTable = Object.freeze({
  ...upstreamTlsEffects(''),
  minVersion: now,
  maxVersion: now,
  cipherSuites: now,
  maxIdleConnsPerHost: now,
  forwardingTimeouts: now,
  'forwardingTimeouts.dialTimeout': now,
  'forwardingTimeouts.responseHeaderTimeout': now,
  'forwardingTimeouts.idleConnTimeout': now,
  'forwardingTimeouts.readIdleTimeout': now,
  'forwardingTimeouts.pingTimeout': now,
  disableHTTP2: now,
});
