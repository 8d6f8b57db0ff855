import { z } from 'zod';
import { type EffectTable, now, without } from './effect-entry.ts';
import { notes, objectName, text } from './field.ts';

const certificate = z.strictObject({
  secretName: objectName().meta(notes('Name of a Secret of type kubernetes.io/tls in the same namespace.')),
});

const generated = z.strictObject({
  resolver: text(253).exactOptional().meta(notes('Name of what obtains certificates.')),
  domain: z
    .strictObject({
      main: text(253).exactOptional().meta(notes('Main name of the certificate.')),
      sans: z.array(text(253)).max(256).exactOptional().meta(notes('Further names of the certificate.')),
    })
    .exactOptional()
    .meta(notes('Names to obtain a certificate for.')),
});

/** `spec` of a TLSStore. */
export const tlsStoreSpecSchema = z.strictObject({
  defaultCertificate: certificate
    .exactOptional()
    .meta(
      notes(
        'The certificate for hosts that nothing else names or offers one for.',
        'one that Fairlead has signed itself',
      ),
    ),
  defaultGeneratedCert: generated.exactOptional().meta(notes('A default certificate that is obtained.')),
  certificates: z
    .array(certificate)
    .max(1024)
    .exactOptional()
    .meta(notes('Certificates for the hosts that they name, where no object names one for such a host.')),
});

/** `spec` of a TLSStore, decoded. */
export type TlsStoreSpec = z.infer<typeof tlsStoreSpecSchema>;

/** What the fields of `spec` of a TLSStore do. */
export const tlsStoreEffects: EffectTable = Object.freeze({
  defaultCertificate: now,
  'defaultCertificate.secretName': now,
  defaultGeneratedCert: without('this version obtains no certificates', {
    hint: 'Name a Secret in defaultCertificate.',
  }),
  certificates: now,
  'certificates[].secretName': now,
});
