import { verify, X509Certificate } from 'node:crypto';
import type { StatusQuestion } from './question.ts';

/** An answer that may be stapled: the certificate is good, and its issuer, or whom it has charged with it, says so. */
export interface GoodStatus {
  /** Milliseconds since the epoch; clients take the answer until then. */
  readonly nextUpdateMs: number;
}

/** How far the responder's clock may be ahead of ours, in milliseconds. */
const clockSkewMs = 5 * 60 * 1000;
/** For how long an answer without an end holds, in milliseconds. */
const usualLifetimeMs = 24 * 3600 * 1000;

const basicResponse = '1.3.6.1.5.5.7.48.1.1';
const ocspSigning = '1.3.6.1.5.5.7.3.9';

/** The digest that goes with a signature algorithm, by its object identifier; null where the key decides. */
const digests: Readonly<Record<string, string | null>> = Object.freeze({
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.101.112': null,
});

/**
 * Judges a responder's answer in DER (RFC 6960 sections 3.2 and 4.2): status good, for this certificate, signed, and in its time.
 * Returns as text why it must not be stapled.
 */
export async function judgeAnswer(
  der: Uint8Array,
  question: StatusQuestion,
  nowMs: number,
): Promise<GoodStatus | string> {
  const { AsnConvert } = await import('@peculiar/asn1-schema');
  const { BasicOCSPResponse, OCSPResponse, OCSPResponseStatus } = await import('@peculiar/asn1-ocsp');
  try {
    const answer = AsnConvert.parse(der, OCSPResponse);
    const { responseBytes } = answer;
    if (answer.responseStatus !== OCSPResponseStatus.successful || responseBytes === undefined)
      return 'the responder did not answer the question';
    if (responseBytes.responseType !== basicResponse) return 'the answer is of an unknown type';
    const basic = AsnConvert.parse(responseBytes.response.buffer, BasicOCSPResponse);
    const certs = (basic.certs ?? []).map(
      (one) => new X509Certificate(Buffer.from(AsnConvert.serialize(one))),
    );
    const digest = digests[basic.signatureAlgorithm.algorithm];
    const signed = basic.tbsResponseDataRaw;
    if (digest === undefined || signed === undefined) return 'the answer is signed in an unknown way';
    const signature = new Uint8Array(basic.signature);
    const isSigned = signersAmong(certs, question.issuer, nowMs).some((signer) =>
      verify(digest, new Uint8Array(signed), signer.publicKey, signature),
    );
    if (!isSigned) return 'the answer is not signed by the issuer or for it';
    const single = basic.tbsResponseData.responses.find(({ certID }) => isAbout(certID, question));
    if (single === undefined) return 'the answer is about another certificate';
    if (single.certStatus.revoked !== undefined) return 'the certificate is revoked';
    if (single.certStatus.good === undefined) return 'the responder does not know the certificate';
    const nextUpdateMs = single.nextUpdate?.getTime() ?? nowMs + usualLifetimeMs;
    if (single.thisUpdate.getTime() > nowMs + clockSkewMs) return 'the answer is of the future';
    if (nextUpdateMs <= nowMs) return 'the answer is out of date';
    return { nextUpdateMs };
  } catch {
    return 'the answer cannot be read';
  }
}

/** The issuer, and those that it has charged with signing answers (RFC 6960 section 4.2.2.2). */
function signersAmong(
  certs: readonly X509Certificate[],
  issuer: X509Certificate,
  nowMs: number,
): readonly X509Certificate[] {
  const charged = certs.filter(
    (one) =>
      one.checkIssued(issuer) &&
      one.verify(issuer.publicKey) &&
      one.keyUsage?.includes(ocspSigning) === true &&
      one.validFromDate.getTime() <= nowMs &&
      nowMs <= one.validToDate.getTime(),
  );
  return [issuer, ...charged];
}

interface AskedCertificate {
  readonly issuerNameHash: { readonly buffer: ArrayBuffer };
  readonly issuerKeyHash: { readonly buffer: ArrayBuffer };
  readonly serialNumber: ArrayBuffer;
}

function isAbout(certId: AskedCertificate, question: StatusQuestion): boolean {
  const serial = Buffer.from(certId.serialNumber).toString('hex').toUpperCase();
  return (
    withoutZeros(serial) === withoutZeros(question.serial) &&
    Buffer.from(certId.issuerNameHash.buffer).equals(question.issuerNameHash) &&
    Buffer.from(certId.issuerKeyHash.buffer).equals(question.issuerKeyHash)
  );
}

function withoutZeros(hex: string): string {
  return hex.replace(/^(?:00)+/, '');
}
