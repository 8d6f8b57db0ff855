import { isIP } from 'node:net';

/** A certificate with its key, both in PEM. */
interface KeyPair {
  readonly certPem: string;
  readonly keyPem: string;
}

/** A certificate authority of one server's life, and what it issued. */
export interface Certificates {
  readonly caPem: string;
  readonly server: KeyPair;
  /** For the administrator. */
  readonly client: KeyPair;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 24 * 3600 * 1000;

/**
 * Makes an authority, a certificate for the server and one for its administrator (`CN=admin`, `O=system:masters`).
 *
 * @param hosts names and addresses that the server is reached by
 */
export async function makeCertificates(hosts: readonly string[], now: Date): Promise<Certificates> {
  // Loaded only where it is needed: it takes a while, and plain HTTP does without.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const valid = {
    notBefore: new Date(now.getTime() - dayMs),
    notAfter: new Date(now.getTime() + 365 * dayMs),
  };
  const newKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const caKeys = await newKeys();
  const caName = 'CN=fairlead-dev-ca';
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: caName,
    ...valid,
    signingAlgorithm: algorithm,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const issue = async (subject: string, serialNumber: string, usage: string, names: readonly string[]) => {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber,
      subject,
      issuer: caName,
      ...valid,
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: caKeys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([usage]),
        await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names.map(alternativeName))] : []),
      ],
    });
    return { certPem: certificate.toString('pem'), keyPem: await privateKeyPem(keys.privateKey) };
  };
  return {
    caPem: ca.toString('pem'),
    server: await issue('CN=fairlead-dev', '02', x509.ExtendedKeyUsage.serverAuth, hosts),
    client: await issue('CN=admin, O=system:masters', '03', x509.ExtendedKeyUsage.clientAuth, []),
  };
}

function alternativeName(host: string): { type: 'ip' | 'dns'; value: string } {
  return { type: isIP(host) === 0 ? 'dns' : 'ip', value: host };
}

async function privateKeyPem(key: CryptoKey): Promise<string> {
  const bytes = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64');
  const lines = bytes.match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}
