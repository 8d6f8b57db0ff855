import { generateKeyPairSync, sign } from 'node:crypto';
import { selfSignedId } from '../model/plan-tls.ts';
import type { TlsMaterial } from '../model/tls-material.ts';

const dayMs = 86_400_000;
const lifetimeMs = 397 * dayMs;

/**
 * A certificate for handshakes that no other one is for: of a new P-256 key, signed by itself, valid for 397 days. Its subject
 * says what it is. `random` gives the bytes of the serial number.
 */
export function selfSignedMaterial(nowMs: number, random: (size: number) => Uint8Array): TlsMaterial {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const body = tbsCertificate(spki, nowMs, random(15));
  const signature = sign('sha256', body, privateKey);
  const der = tlv(0x30, body, ecdsaWithSha256, tlv(0x03, Buffer.of(0), signature));
  const lines = der.toString('base64').replaceAll(/.{1,64}/g, '$&\n');
  return {
    id: selfSignedId,
    kind: 'pair',
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const subject = 'Fairlead default certificate (self-signed)';
const ecdsaWithSha256 = Buffer.from('300a06082a8648ce3d040302', 'hex');

/** TBSCertificate of version 3 (RFC 5280 section 4.1). */
function tbsCertificate(spki: Buffer, nowMs: number, serial: Uint8Array): Buffer {
  const name = tlv(0x30, tlv(0x31, tlv(0x30, oid('550403'), tlv(0x0c, Buffer.from(subject)))));
  const validity = tlv(0x30, time(nowMs - dayMs), time(nowMs + lifetimeMs));
  const extensions = tlv(
    0x30,
    // basicConstraints: no authority; keyUsage: digitalSignature; extKeyUsage: serverAuth; subjectAltName.
    tlv(0x30, oid('551d13'), critical, tlv(0x04, tlv(0x30))),
    tlv(0x30, oid('551d0f'), critical, tlv(0x04, tlv(0x03, Buffer.of(7, 0x80)))),
    tlv(0x30, oid('551d25'), tlv(0x04, tlv(0x30, oid('2b06010505070301')))),
    tlv(0x30, oid('551d11'), tlv(0x04, tlv(0x30, tlv(0x82, Buffer.from('fairlead-default.invalid'))))),
  );
  return tlv(
    0x30,
    tlv(0xa0, tlv(0x02, Buffer.of(2))),
    // The first byte keeps the number positive and of one length.
    tlv(0x02, Buffer.of(1), serial),
    ecdsaWithSha256,
    name,
    validity,
    name,
    spki,
    tlv(0xa3, extensions),
  );
}

const critical = Buffer.of(0x01, 0x01, 0xff);

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'));
}

/** UTCTime up to 2049, then GeneralizedTime (RFC 5280 section 4.1.2.5). */
function time(atMs: number): Buffer {
  const text = new Date(atMs).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14);
  return Number(text.slice(0, 4)) < 2050
    ? tlv(0x17, Buffer.from(`${text.slice(2)}Z`))
    : tlv(0x18, Buffer.from(`${text}Z`));
}

/** One value in DER: tag, length, contents. */
function tlv(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  const { length } = body;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), body]);
  if (length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, length), body]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), body]);
}
