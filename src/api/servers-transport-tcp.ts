import { z } from 'zod';
import { type EffectTable, now, without } from './effect-entry.ts';
import { duration, notes } from './field.ts';
import { proxyProtocolSchema } from './load-balancer.ts';
import { upstreamTlsEffects, upstreamTlsShape } from './upstream-tls.ts';

/** As `duration`, or less than nothing for ever. */
function endlessDuration() {
  const words = 'must be a number of seconds, a duration such as "500ms", or -1 for ever';
  const written = z
    .string()
    .max(64)
    .regex(/^-?([0-9]+(ns|us|µs|ms|s|m|h)?)+$/, { error: words });
  return z.union([z.int(), written], { error: words });
}

/** `spec` of a ServersTransportTCP. */
export const serversTransportTcpSpecSchema = z.strictObject({
  dialTimeout: duration()
    .exactOptional()
    .meta(
      notes(
        'Longest time to connect to an endpoint, with the handshake.',
        'upstream-connect-timeout of the settings',
      ),
    ),
  dialKeepAlive: duration()
    .exactOptional()
    .meta(notes('Time between probes of TCP that keep a connection to an endpoint alive.', '15s')),
  proxyProtocol: proxyProtocolSchema
    .exactOptional()
    .meta(
      notes(
        'Begins each connection to an endpoint with a PROXY header that tells the address of the client.',
        'off',
      ),
    ),
  terminationDelay: endlessDuration()
    .exactOptional()
    .meta(notes('How long one side may go on after the other has ended; negative is for ever.', '100ms')),
  tls: z
    .strictObject(upstreamTlsShape)
    .exactOptional()
    .meta(notes('How TLS is spoken to the endpoints; services with tls: true speak it.')),
});

/** `spec` of a ServersTransportTCP, decoded. */
export type ServersTransportTcpSpec = z.infer<typeof serversTransportTcpSpecSchema>;

/** What the fields of `spec` of a ServersTransportTCP do. */
export const serversTransportTcpEffects: EffectTable = Object.freeze({
  dialTimeout: now,
  dialKeepAlive: without('connections are kept alive as the settings say'),
  proxyProtocol: now,
  'proxyProtocol.version': now,
  terminationDelay: now,
  tls: now,
  ...upstreamTlsEffects('tls.'),
});
