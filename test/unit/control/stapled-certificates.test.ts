import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StapledCertificates } from '../../../src/control/stapled-certificates.ts';
import { SecretText } from '../../../src/model/secret-text.ts';
import type { Material, UsedCertificate } from '../../../src/translate/material.ts';
import type { EntryChanges } from '../../../src/translate/shared-entries.ts';

const chain = new SecretText('chain');

function changes<Entry>(set: readonly Entry[], removed: readonly Entry[] = []): EntryChanges<Entry> {
  return { set, before: set.map(() => undefined), removed };
}

function material(id: string): Material {
  return { id, kind: 'pair', certificates: chain, key: chain };
}

function used(name: string, id: string, mustStaple: boolean): UsedCertificate {
  const secret = { apiVersion: 'v1', kind: 'Secret', namespace: 'default', name };
  return { secret, material: id, names: [], notBeforeMs: 0, notAfterMs: 0, mustStaple };
}

test('only certificates that ask for a status are told, once', () => {
  const stapled = new StapledCertificates();
  const asks = used('a', '1', true);
  const none = stapled.apply(changes([material('2')]), changes([used('b', '2', false)]));
  assert.equal(none, null);
  assert.deepEqual(stapled.apply(changes([material('1')]), changes([asks])), [{ id: '1', chain }]);
  assert.equal(stapled.apply(changes<Material>([]), changes<UsedCertificate>([])), null);
});

test('one that two Secrets hold goes with the last of them', () => {
  const stapled = new StapledCertificates();
  const first = used('a', '1', true);
  const second = used('b', '1', true);
  stapled.apply(changes([material('1')]), changes([first, second]));
  assert.equal(stapled.apply(changes<Material>([]), changes<UsedCertificate>([], [first])), null);
  assert.deepEqual(stapled.apply(changes([], [material('1')]), changes<UsedCertificate>([], [second])), []);
});

test('a Secret that gets another certificate leads to that', () => {
  const stapled = new StapledCertificates();
  const before = used('a', '1', true);
  stapled.apply(changes([material('1')]), changes([before]));
  const after = { set: [used('a', '2', true)], before: [before], removed: [] };
  assert.deepEqual(stapled.apply(changes([material('2')], [material('1')]), after), [{ id: '2', chain }]);
});
