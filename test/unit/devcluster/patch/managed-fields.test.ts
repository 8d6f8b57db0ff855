import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiObject } from '../../../../src/devcluster/json.ts';
import { builtinTypes } from '../../../../src/devcluster/kinds/builtin.ts';
import { markGiven } from '../../../../src/devcluster/kinds/given.ts';
import { trackManager } from '../../../../src/devcluster/patch/managed-fields.ts';
import { createdToy, firstTime, laterTime, owners, toyType, update } from './support.ts';

describe('managedFields', () => {
  it('give a creator all it sent, containers included', () => {
    const object = createdToy({ legs: 2, parts: [{ name: 'arm' }] });
    assert.deepEqual(object.metadata.managedFields, [
      {
        manager: 'creator',
        operation: 'Update',
        apiVersion: 'toys.example.com/v1',
        time: '2001-02-03T04:05:06Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:spec': {
            '.': {},
            'f:legs': {},
            'f:parts': { '.': {}, 'k:{"name":"arm"}': { '.': {}, 'f:name': {} } },
          },
        },
      },
    ]);
  });

  it('give an updater what it changes, and take it from others', () => {
    const object = update(
      createdToy({ legs: 2, list: ['a'] }),
      { spec: { legs: 3, list: ['a'] } },
      'updater',
    );
    assert.deepEqual(owners(object), {
      'creator Update': { 'f:spec': { '.': {}, 'f:list': {} } },
      'updater Update': { 'f:spec': { 'f:legs': {} } },
    });
  });

  it('lose what is removed', () => {
    const object = update(createdToy({ legs: 2, tags: ['a', 'b'] }), { spec: { tags: ['a'] } }, 'updater');
    assert.deepEqual(owners(object), {
      'creator Update': { 'f:spec': { '.': {}, 'f:tags': { '.': {}, 'v:"a"': {} } } },
    });
  });

  it('stay as they are, times included, when nothing changes', () => {
    const existing = createdToy({ legs: 2 });
    assert.deepEqual(update(existing, {}, 'creator', laterTime), existing);
    const { managedFields: _managedFields, ...metadata } = existing.metadata;
    assert.deepEqual(update(existing, { metadata }, 'creator', laterTime), existing);
  });

  it('are given up with a single empty entry, and then nobody keeps track', () => {
    const existing = createdToy({ legs: 2 });
    const object = update(existing, { metadata: { ...existing.metadata, managedFields: [{}] } }, 'updater');
    assert.equal(object.metadata.managedFields, undefined);
    assert.equal(update(object, { spec: { legs: 3 } }, 'updater').metadata.managedFields, undefined);
  });

  it('can be set by a client, but nonsense is passed over', () => {
    const existing = createdToy({ legs: 2 });
    const entry = {
      manager: 'x',
      operation: 'Apply',
      apiVersion: 'toys.example.com/v1',
      fieldsV1: { 'f:spec': {} },
    };
    const set = update(existing, { metadata: { ...existing.metadata, managedFields: [entry] } }, 'updater');
    assert.deepEqual(owners(set), { 'x Apply': { 'f:spec': {} } });
    const nonsense = [{ ...entry, fieldsV1: { nonsense: {} } }];
    const kept = update(existing, { metadata: { ...existing.metadata, managedFields: nonsense } }, 'updater');
    assert.deepEqual(kept.metadata.managedFields, existing.metadata.managedFields);
  });

  it('do not tell of what the server sets', () => {
    const existing = createdToy({ legs: 2 });
    const metadata = { ...existing.metadata, labels: { a: 'b' }, generation: 2, resourceVersion: '8' };
    const object = update(existing, { metadata }, 'updater');
    assert.deepEqual(owners(object)['updater Update'], {
      'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
    });
  });

  it('do not tell of what the server gave out', () => {
    const existing = createdToy({ legs: 2 });
    const object: ApiObject = { ...structuredClone(existing), spec: { legs: 3, labels: { a: 'b' } } };
    markGiven(object, ['f:spec', 'f:legs']);
    trackManager({
      type: toyType(),
      object,
      existing,
      manager: 'updater',
      operation: 'Update',
      subresource: '',
      now: laterTime,
    });
    assert.deepEqual(owners(object)['updater Update'], { 'f:spec': { 'f:labels': { '.': {}, 'f:a': {} } } });
  });

  it('put the oldest of more than ten updaters together', () => {
    let object = createdToy({ labels: {} }, 'manager-0');
    for (let index = 1; index <= 12; index += 1) {
      const labels = { ...(object.spec as { labels: object }).labels, [`l${index}`]: 'x' };
      const now = new Date(firstTime.getTime() + index * 1_000);
      object = update(object, { spec: { labels } }, `manager-${index}`, now);
    }
    const names = Object.keys(owners(object));
    assert.equal(names.length, 10);
    assert.ok(names.includes('ancient-changes Update'));
    assert.ok(names.includes('manager-12 Update'));
  });

  it('of built-in kinds do not count records that are always there', () => {
    const type = builtinTypes().find(({ kind }) => kind === 'Lease');
    assert.ok(type);
    const object = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l', uid: 'u', resourceVersion: '', creationTimestamp: '' },
      spec: { holderIdentity: 'me' },
    };
    trackManager({
      type,
      object,
      existing: null,
      manager: 'm',
      operation: 'Update',
      subresource: '',
      now: firstTime,
    });
    assert.deepEqual(owners(object), { 'm Update': { 'f:spec': { 'f:holderIdentity': {} } } });
  });
});
