import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CertificateWatch } from '../../../src/control/certificate-watch.ts';
import type { DiagnosticChanges } from '../../../src/control/diagnostic-book.ts';
import type { UsedCertificate } from '../../../src/translate/material.ts';
import { FakeClock } from './fakes.ts';

const dayMs = 86_400_000;

function certificate(notAfterMs: number, more: Partial<UsedCertificate> = {}): UsedCertificate {
  const secret = { apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 's' };
  return { secret, material: 'a', names: [], notBeforeMs: 0, notAfterMs, mustStaple: false, ...more };
}

function started() {
  const clock = new FakeClock();
  const told: string[] = [];
  const line = (sign: string, { appeared, gone }: DiagnosticChanges): void => {
    for (const { code, message } of sign === '+' ? appeared : gone) told.push(`${sign} ${code} ${message}`);
  };
  const watch = new CertificateWatch(clock, (changes) => {
    line('-', changes);
    line('+', changes);
  });
  const set = (...certificates: readonly UsedCertificate[]): void =>
    watch.apply({ set: certificates, before: [], removed: [] });
  return { clock, told, watch, set };
}

test('a certificate is told of from 14 days before its end, once a day, and when it has ended', () => {
  const { clock, told, set } = started();
  const end = 20 * dayMs + 1000;
  set(certificate(end));
  clock.advance(5 * dayMs);
  assert.equal(told.length, 0);
  clock.advance(2 * dayMs);
  assert.ok(told.every((line) => line.includes('CertificateExpiring')));
  const days = told.filter((line) => line.startsWith('+')).length;
  assert.equal(days, 2, 'for 14 days and for 13');
  clock.advance(13 * dayMs + 3_600_000);
  assert.equal(told.at(-1), '+ CertificateExpired the certificate expired at 1970-01-21T00:00:01.000Z');
  assert.equal(told.filter((line) => line.startsWith('+')).length, 16);
  clock.advance(100 * dayMs);
  assert.equal(told.filter((line) => line.startsWith('+')).length, 16, 'and never again');
});

test('a new certificate ends the problem of the old one, and a Secret that is not in use has none', () => {
  const { clock, told, watch, set } = started();
  set(certificate(dayMs / 2));
  assert.match(told[0] ?? '', /^\+ CertificateExpiring .* in less than a day/);
  set(certificate(90 * dayMs));
  assert.match(told[1] ?? '', /^- CertificateExpiring/);
  assert.deepEqual(watch.ends(), [{ secret: 'default/s', notAfterSeconds: 7_776_000 }]);
  set(certificate(0));
  watch.apply({ set: [], before: [], removed: [certificate(0)] });
  assert.match(told.at(-1) ?? '', /^- CertificateExpired/);
  assert.deepEqual(watch.ends(), []);
  clock.advance(dayMs);
  assert.equal(clock.pending, 0, 'nothing is looked at without a certificate');
});

test('a certificate that is not valid yet is told of until it is', () => {
  const { clock, told, watch, set } = started();
  set(certificate(90 * dayMs, { notBeforeMs: 1000 + 2 * 3_600_000 }));
  assert.match(told[0] ?? '', /^\+ CertificateExpired .* not valid before/);
  clock.advance(3 * 3_600_000);
  assert.match(told[1] ?? '', /^- CertificateExpired/);
  watch.stop();
  assert.equal(clock.pending, 0);
});
