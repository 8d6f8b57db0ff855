import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, type Programs } from './programs.ts';

/** A self-signed certificate with an ECDSA key (P-256), in PEM files. */
export interface Certificate {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Both in one file, as HAProxy wants them. */
  readonly bundleFile: string;
}

/** Why no certificate can be made; null where one can. */
export function missingForCertificate(): string | null {
  return findProgram('openssl') === null
    ? 'openssl is not installed, which makes the certificate of the cases with TLS'
    : null;
}

/** Makes a certificate for one host, valid for a month. Rejects where `openssl` fails. */
export async function makeCertificate(
  programs: Programs,
  folder: string,
  host: string,
): Promise<Certificate> {
  const certificateFile = join(folder, 'certificate.pem');
  const keyFile = join(folder, 'key.pem');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  const name = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`, '-days', '30'];
  const args = ['req', '-x509', ...key, ...name, '-out', certificateFile];
  await programs.run({ file: 'openssl', args, cores: [] }, 20);
  const bundleFile = join(folder, 'bundle.pem');
  writeFileSync(bundleFile, `${readFileSync(certificateFile, 'utf8')}${readFileSync(keyFile, 'utf8')}`, {
    mode: 0o600,
  });
  return { certificateFile, keyFile, bundleFile };
}
