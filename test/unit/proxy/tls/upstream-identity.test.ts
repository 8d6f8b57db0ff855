import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import type { PeerCertificate } from 'node:tls';
import { identityCheck } from '../../../../src/proxy/tls/upstream-identity.ts';
import { TestAuthority } from '../../../support/tls/certificates.ts';

function isTaken(
  check: ReturnType<typeof identityCheck>,
  subjectaltname: string | undefined,
  name = '',
): boolean {
  const certificate = { subject: { CN: name }, subjectaltname } as unknown as PeerCertificate;
  return check(name, certificate) === undefined;
}

test('a name is taken from subjectAltName alone, as a whole, with a wildcard for one label', () => {
  const check = identityCheck('a.b.test', []);
  const taken = ['DNS:a.b.test', 'DNS:other, DNS:A.B.test', 'DNS:*.b.test', 'URI:x://y, DNS:a.b.test.'];
  for (const names of taken) assert.ok(isTaken(check, names), names);
  const refused = [
    undefined,
    '',
    'DNS:b.test',
    'DNS:*.test',
    'DNS:xa.b.test',
    'URI:a.b.test',
    'IP Address:10.0.0.1',
    'DNS:"a.b.test\\u0000.evil.test"',
    'DNS:"a.b.test, DNS:x"',
    'DNS:a\u3002b.test',
    'DNS:*\u3002b.test',
  ];
  for (const names of refused) assert.ok(!isTaken(check, names, 'a.b.test'), String(names));
});

test('a name to look for that is not plain ASCII is never found', () => {
  for (const name of ['a\u3002b.test', 'a\uff0eb.test', 'a\0.b.test', 'a b.test', '']) {
    assert.ok(!isTaken(identityCheck(name, []), 'DNS:a.b.test, DNS:*.b.test', name), name);
  }
});

test('an address is held against addresses', () => {
  assert.ok(isTaken(identityCheck('10.0.0.1', []), 'IP Address:10.0.0.1'));
  assert.ok(!isTaken(identityCheck('10.0.0.1', []), 'DNS:10.0.0.1'));
});

test('names that are listed must be there as they are, of the type that is said', () => {
  const check = identityCheck('unused.test', [
    { type: 'DNSName', value: 'Shop.test.' },
    { type: 'URI', value: 'spiffe://c/ns/a' },
  ]);
  const taken = ['DNS:shop.test', 'DNS:x, URI:spiffe://c/ns/a', 'DNS:"a,b", DNS:SHOP.test'];
  for (const names of taken) assert.ok(isTaken(check, names), names);
  const refused = [
    undefined,
    'DNS:unused.test',
    'DNS:*.test',
    'URI:shop.test',
    'URI:spiffe://c/ns/A',
    'URI:spiffe://c/ns/a/b',
    'DNS:spiffe://c/ns/a',
    'URI:"spiffe://c/ns/a\\u0000"',
    'DNS:"x, URI:spiffe://c/ns/a"',
    'othername:<unsupported>, DNS:shop.tes',
  ];
  for (const names of refused) assert.ok(!isTaken(check, names), String(names));
});

test('a real certificate with a NUL in a name is not one for what stands before it', async () => {
  const authority = await TestAuthority.make();
  const { certificate } = await authority.issue(['good.test\0.evil.test', 'spiffe://c/a\0b']);
  const parsed = new X509Certificate(certificate).toLegacyObject();
  assert.match(parsed.subjectaltname ?? '', /good\.test/);
  assert.ok(identityCheck('good.test', [])('', parsed as PeerCertificate) instanceof Error);
  const named = identityCheck('', [{ type: 'URI', value: 'spiffe://c/a' }]);
  assert.ok(named('', parsed as PeerCertificate) instanceof Error);
});
