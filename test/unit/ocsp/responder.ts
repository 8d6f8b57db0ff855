import 'reflect-metadata';
import { createHash, createPrivateKey, sign } from 'node:crypto';
import {
  BasicOCSPResponse,
  CertID,
  CertStatus,
  OCSPRequest,
  OCSPResponse,
  OCSPResponseStatus,
  ResponderID,
  ResponseBytes,
  ResponseData,
  RevokedInfo,
  SingleResponse,
} from '@peculiar/asn1-ocsp';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { AlgorithmIdentifier, Certificate } from '@peculiar/asn1-x509';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const ecdsaWithSha256 = '1.2.840.10045.4.3.2';
const dayMs = 24 * 3600 * 1000;

/** A certificate with its private key. */
export interface Issued {
  readonly pem: string;
  readonly raw: ArrayBuffer;
  readonly key: CryptoKey;
}

/** An authority with what it issues, and with answers about it. */
export class TestResponder {
  readonly nowMs: number;
  readonly ca: Issued;
  #serial = 16;

  private constructor(ca: Issued, nowMs: number) {
    this.ca = ca;
    this.nowMs = nowMs;
  }

  static async create(nowMs: number): Promise<TestResponder> {
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const made = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: 'CN=test authority',
      notBefore: new Date(nowMs - dayMs),
      notAfter: new Date(nowMs + 365 * dayMs),
      signingAlgorithm: algorithm,
      keys,
      extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
    });
    return new TestResponder({ pem: made.toString('pem'), raw: made.rawData, key: keys.privateKey }, nowMs);
  }

  /** `usage` is an extended key usage; `url` names the responder. */
  async issue({ usage, url }: { usage?: string; url?: string } = {}): Promise<Issued> {
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const made = await x509.X509CertificateGenerator.create({
      serialNumber: (this.#serial++).toString(16).padStart(2, '0'),
      subject: 'CN=issued',
      issuer: 'CN=test authority',
      notBefore: new Date(this.nowMs - dayMs),
      notAfter: new Date(this.nowMs + 90 * dayMs),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: this.ca.key,
      extensions: [
        ...(usage === undefined ? [] : [new x509.ExtendedKeyUsageExtension([usage])]),
        ...(url === undefined
          ? []
          : [new x509.AuthorityInfoAccessExtension({ ocsp: new x509.GeneralName('url', url) })]),
      ],
    });
    return { pem: made.toString('pem'), raw: made.rawData, key: keys.privateKey };
  }

  /** The answer to a question. */
  async answer(body: Uint8Array, as: AnswerOptions = {}): Promise<Uint8Array> {
    const asked = AsnConvert.parse(body, OCSPRequest).tbsRequest.requestList[0]?.reqCert ?? new CertID();
    const signer = as.signer ?? this.ca;
    const status =
      as.status === 'revoked'
        ? new CertStatus({ revoked: new RevokedInfo({ revocationTime: new Date(this.nowMs) }) })
        : new CertStatus(as.status === 'unknown' ? { unknown: null } : { good: null });
    const { subject } = AsnConvert.parse(signer.raw, Certificate).tbsCertificate;
    const data = new ResponseData({
      responderID: new ResponderID({ byName: subject }),
      producedAt: new Date(this.nowMs),
      responses: [
        new SingleResponse({
          certID: as.about ?? asked,
          certStatus: status,
          thisUpdate: new Date(this.nowMs + (as.fromMs ?? 0)),
          nextUpdate: new Date(this.nowMs + (as.untilMs ?? 4 * dayMs)),
        }),
      ],
    });
    const tbs = new Uint8Array(AsnConvert.serialize(data));
    const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', signer.key));
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    const signature = sign('sha256', as.forged === true ? Buffer.from('something else') : tbs, key);
    const basic = new BasicOCSPResponse({
      tbsResponseData: data,
      signatureAlgorithm: new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 }),
      signature: Uint8Array.from(signature).buffer,
      ...(as.signer === undefined ? {} : { certs: [AsnConvert.parse(as.signer.raw, Certificate)] }),
    });
    const response = new OCSPResponse({
      responseStatus: OCSPResponseStatus.successful,
      responseBytes: new ResponseBytes({
        responseType: '1.3.6.1.5.5.7.48.1.1',
        response: new OctetString(AsnConvert.serialize(basic)),
      }),
    });
    return new Uint8Array(AsnConvert.serialize(response));
  }
}

export interface AnswerOptions {
  readonly status?: 'revoked' | 'unknown';
  readonly signer?: Issued;
  readonly forged?: boolean;
  /** Milliseconds from now. */
  readonly fromMs?: number;
  readonly untilMs?: number;
  readonly about?: CertID;
}

/** What a question asks about a certificate of nobody. */
export function aboutAnother(): CertID {
  const hash = new OctetString(createHash('sha1').update('nobody').digest());
  return new CertID({
    hashAlgorithm: new AlgorithmIdentifier({ algorithm: '1.3.14.3.2.26', parameters: null }),
    issuerNameHash: hash,
    issuerKeyHash: hash,
    serialNumber: Uint8Array.of(5).buffer,
  });
}
