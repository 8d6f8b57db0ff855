import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createSecureContext } from 'node:tls';
import { selfSignedMaterial } from '../../../src/control/self-signed.ts';
import { TlsLane } from '../../../src/control/tls-lane.ts';
import { silentLog } from '../../../src/model/log.ts';
import { SecretText } from '../../../src/model/secret-text.ts';
import type { ToProxyThread } from '../../../src/model/thread-message.ts';
import type { PlanChanges } from '../../../src/translate/assembly.ts';
import type { Material } from '../../../src/translate/material.ts';
import { FakeClock } from './fakes.ts';

const unchanged: PlanChanges = {
  routes: { set: [], removed: [] },
  services: { set: [], removed: [] },
  middlewares: { set: [], removed: [] },
};

function pair(id: string): Material {
  return { id, kind: 'pair', certificates: new SecretText('chain'), key: new SecretText('key') };
}

function started() {
  const clock = new FakeClock();
  const posted: ToProxyThread[] = [];
  let calls = 0;
  const random = (size: number): Uint8Array => new Uint8Array(size).fill(++calls);
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (_: object, text: string) => warnings.push(text) };
  const lane = new TlsLane({ post: (message) => posted.push(message), clock, log, random });
  lane.start();
  const bring = (set: readonly Material[], removed: readonly Material[], generation: number): void =>
    lane.bring({ set, before: [], removed }, unchanged, generation);
  return { clock, posted, lane, bring, warnings };
}

function idsIn(message: ToProxyThread | undefined): unknown {
  assert.equal(message?.kind, 'tlsMaterial');
  return message?.kind === 'tlsMaterial' ? [message.set.map(({ id }) => id), message.removed] : [];
}

test('material is posted when it is brought, and taken back when the plan without it is live', () => {
  const { lane, posted, bring } = started();
  bring([pair('a'), pair('b')], [], 1);
  assert.deepEqual(posted.splice(0).map(idsIn), [[['a', 'b'], []]]);
  bring([], [pair('a')], 2);
  lane.live(1);
  assert.deepEqual(posted, [], 'a plan that names it may still be on its way');
  lane.live(2);
  assert.deepEqual(posted.splice(0).map(idsIn), [[[], ['a']]]);
  assert.deepEqual(idsIn(lane.catchUp()[1]), [['self-signed', 'b'], []]);
});

test('material that is named again before it was taken back stays', () => {
  const { lane, posted, bring } = started();
  bring([pair('a')], [], 1);
  bring([], [pair('a')], 2);
  bring([pair('a')], [], 3);
  posted.splice(0);
  lane.live(3);
  assert.deepEqual(posted, []);
});

test('a thread that starts gets the seed of tickets and all material, its own default included', () => {
  const { lane, bring } = started();
  bring([pair('a')], [], 1);
  const [seed, material] = lane.catchUp();
  assert.ok(seed?.kind === 'ticketSeed' && seed.seed.length === 32);
  assert.deepEqual(idsIn(material), [['self-signed', 'a'], []]);
  assert.ok(material?.kind === 'tlsMaterial');
  assert.deepEqual(material.set[1], { id: 'a', kind: 'pair', certificate: 'chain', key: 'key' });
});

test('the seed of tickets is another one every 12 hours, until the end', () => {
  const { clock, lane, posted } = started();
  const [before] = lane.catchUp();
  clock.advance(12 * 3_600_000 - 1);
  assert.deepEqual(posted, []);
  clock.advance(1);
  assert.deepEqual(
    posted.map(({ kind }) => kind),
    ['ticketSeed'],
  );
  assert.notDeepEqual(lane.catchUp()[0], before);
  clock.advance(12 * 3_600_000);
  assert.equal(posted.length, 2);
  lane.stop();
  assert.equal(clock.pending, 0);
});

test('the log says once that a host gets a certificate that Fairlead has signed itself', () => {
  const { lane, warnings } = started();
  const host = (certificates: readonly string[]): PlanChanges => ({
    ...unchanged,
    tlsHosts: { set: [{ host: 'a.test', certificates, options: 'default' }], removed: [] },
  });
  const nothing = { set: [], before: [], removed: [] };
  lane.bring(nothing, host(['a']), 1);
  assert.deepEqual(warnings, []);
  lane.bring(nothing, host(['self-signed']), 2);
  lane.bring(nothing, host(['self-signed']), 3);
  assert.equal(warnings.length, 1);
});

test('the default certificate is one that OpenSSL takes, says what it is, and is valid now and for a year', () => {
  for (const nowMs of [Date.UTC(2026, 0, 1), Date.UTC(2049, 11, 31), Date.UTC(2051, 0, 1)]) {
    const made = selfSignedMaterial(nowMs, (size) => new Uint8Array(size).fill(0xff));
    assert.ok(made.kind === 'pair');
    createSecureContext({ cert: made.certificate, key: made.key });
    const parsed = new X509Certificate(made.certificate);
    assert.match(parsed.subject, /Fairlead default certificate \(self-signed\)/);
    assert.ok(parsed.verify(parsed.publicKey));
    assert.equal(parsed.ca, false);
    assert.ok(parsed.validFromDate.getTime() < nowMs);
    assert.equal(Math.round((parsed.validToDate.getTime() - nowMs) / 86_400_000), 397);
  }
});
