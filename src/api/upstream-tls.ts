import { z } from 'zod';
import { type EffectTable, notSupported, now } from './effect-entry.ts';
import { anyFields, flag, notes, objectName, requiredText, text } from './field.ts';

/** How many Secrets, names or authorities one list may hold. */
const mostEntries = 64;

const authority = z
  .strictObject({
    secret: objectName().exactOptional().meta(notes('Name of a Secret of the same namespace.')),
    configMap: objectName().exactOptional().meta(notes('Name of a ConfigMap of the same namespace.')),
  })
  .meta({
    'x-kubernetes-validations': [
      { rule: 'has(self.secret) != has(self.configMap)', message: 'needs either a secret or a configMap' },
    ],
  });

const peerName = z.strictObject({
  type: z.enum(['DNSName', 'URI']).meta(notes('Kind of the name.')),
  value: requiredText(2048).meta(notes('The name, compared as a whole; a DNSName without regard to case.')),
});

/** The fields of a ServersTransport, and of `tls` of a ServersTransportTCP, that say how TLS towards endpoints is spoken. */
export const upstreamTlsShape = Object.freeze({
  serverName: text(253)
    .exactOptional()
    .meta(
      notes(
        'Name that the handshake asks for and that the certificate of the endpoint must be valid for.',
        'NAME.NAMESPACE.svc of the Service',
      ),
    ),
  insecureSkipVerify: flag('Takes any certificate of the endpoint. Only true turns the check off.'),
  rootCAs: z
    .array(authority)
    .max(mostEntries)
    .exactOptional()
    .meta(
      notes(
        'Authorities that certificates of endpoints must be signed by, from the key tls.ca or ca.crt, or the only key. No others are believed then.',
        'those that Node.js brings along',
      ),
    ),
  rootCAsSecrets: z
    .array(objectName())
    .max(mostEntries)
    .exactOptional()
    .meta(notes('The same by names of Secrets alone. Deprecated; use rootCAs.')),
  certificatesSecrets: z
    .array(objectName())
    .max(mostEntries)
    .exactOptional()
    .meta(
      notes(
        'Secrets of type kubernetes.io/tls of the same namespace, whose certificates are shown to endpoints that ask for one.',
        'none is shown',
      ),
    ),
  peerCertURI: text(2048)
    .exactOptional()
    .meta(notes('A URI that the certificate of the endpoint must hold. Deprecated; use peerCertSANs.')),
  peerCertSANs: z
    .array(peerName)
    .max(mostEntries)
    .exactOptional()
    .meta(
      notes(
        'The certificate of the endpoint must hold one of these names, in place of the one that the handshake asks for.',
        'serverName decides',
      ),
    ),
  spiffe: anyFields().exactOptional().meta(notes('Verification by SPIFFE.')),
});

/** What those fields do, for an effect table in which they stand below `prefix`: empty, or ending with a dot. */
export function upstreamTlsEffects(prefix: string): EffectTable {
  const working = [
    'serverName',
    'insecureSkipVerify',
    'rootCAs',
    'rootCAs[].secret',
    'rootCAs[].configMap',
    'rootCAsSecrets',
    'certificatesSecrets',
    'peerCertURI',
    'peerCertSANs',
    'peerCertSANs[].type',
    'peerCertSANs[].value',
  ];
  return Object.freeze({
    ...Object.fromEntries(working.map((field) => [`${prefix}${field}`, now])),
    [`${prefix}spiffe`]: notSupported('this version gets no SPIFFE identities', {
      hint: 'Use rootCAs with peerCertSANs of the type URI.',
    }),
  });
}

/** Those fields, decoded. */
export type UpstreamTlsSpec = z.infer<z.ZodObject<typeof upstreamTlsShape>>;
