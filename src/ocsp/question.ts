import { createHash, X509Certificate } from 'node:crypto';

/** What is asked of an OCSP responder about one certificate (RFC 6960 section 4.1). */
export interface StatusQuestion {
  /** Where the certificate says that its responder is; `http:` only. */
  readonly url: string;
  /** The request in DER. */
  readonly body: Uint8Array;
  readonly issuer: X509Certificate;
  /** Of the certificate, in hex as `node:crypto` writes it. */
  readonly serial: string;
  /** SHA-1 of the issuer's name and key, which tell the responder who that is. */
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
}

const sha1 = '1.3.14.3.2.26';

/**
 * The question for the first certificate of a chain in PEM, whose second is its issuer; or, as text, why there is none. The
 * libraries are loaded with the first question: few certificates ask for a status.
 */
export async function questionFor(chain: string): Promise<StatusQuestion | string> {
  const [leafText, issuerText] =
    chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (leafText === undefined || issuerText === undefined) return 'its chain has no certificate of its issuer';
  const leaf = new X509Certificate(leafText);
  const issuer = new X509Certificate(issuerText);
  if (!leaf.checkIssued(issuer)) return 'the second certificate of its chain did not issue it';
  const url = responderOf(leaf);
  if (url === undefined) return 'it names no OCSP responder that is reached by http';
  await import('reflect-metadata');
  const { AsnConvert, OctetString } = await import('@peculiar/asn1-schema');
  const { AlgorithmIdentifier, Certificate } = await import('@peculiar/asn1-x509');
  const { CertID, OCSPRequest, Request, TBSRequest } = await import('@peculiar/asn1-ocsp');
  const { subject, subjectPublicKeyInfo } = AsnConvert.parse(issuer.raw, Certificate).tbsCertificate;
  const issuerNameHash = hashOf(AsnConvert.serialize(subject));
  const issuerKeyHash = hashOf(subjectPublicKeyInfo.subjectPublicKey);
  const request = new OCSPRequest({
    tbsRequest: new TBSRequest({
      requestList: [
        new Request({
          reqCert: new CertID({
            hashAlgorithm: new AlgorithmIdentifier({ algorithm: sha1, parameters: null }),
            issuerNameHash: new OctetString(issuerNameHash),
            issuerKeyHash: new OctetString(issuerKeyHash),
            serialNumber: AsnConvert.parse(leaf.raw, Certificate).tbsCertificate.serialNumber,
          }),
        }),
      ],
    }),
  });
  const body = new Uint8Array(AsnConvert.serialize(request));
  return { url, body, issuer, serial: leaf.serialNumber, issuerNameHash, issuerKeyHash };
}

function responderOf(leaf: X509Certificate): string | undefined {
  const lines = leaf.infoAccess?.split('\n') ?? [];
  const prefix = 'OCSP - URI:';
  return lines
    .filter((line) => line.startsWith(`${prefix}http://`))
    .map((line) => line.slice(prefix.length))
    .find((url) => URL.canParse(url));
}

function hashOf(bytes: ArrayBuffer): Uint8Array {
  return new Uint8Array(createHash('sha1').update(new Uint8Array(bytes)).digest());
}
