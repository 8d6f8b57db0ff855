import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiObject, Json } from '../../../../src/devcluster/json.ts';
import { builtinTypes } from '../../../../src/devcluster/kinds/builtin.ts';
import { applyPatch } from '../../../../src/devcluster/patch/apply-patch.ts';
import type { ResourceType } from '../../../../src/devcluster/resource-type.ts';
import { createdToy, firstTime, toyType } from './support.ts';

function patch(type: ResourceType, existing: ApiObject | null, contentType: string, body: Json): ApiObject {
  const who = { fieldManager: 'm', force: false, name: 'robot', namespace: 'default', now: firstTime };
  return applyPatch({ type, existing, contentType: `application/${contentType}`, patch: body, ...who });
}

const serviceType = () => builtinTypes().find(({ kind }) => kind === 'Service') as ResourceType;
const service = (): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'robot', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
  spec: { ports: [{ port: 80, name: 'http' }] },
});

describe('a PATCH request', () => {
  it('is understood in the form that its content type names', () => {
    const toy = createdToy({ legs: 2 });
    const legs = (object: ApiObject) => object.spec;
    assert.deepEqual(legs(patch(toyType(), toy, 'merge-patch+json', { spec: { legs: 3 } })), { legs: 3 });
    const operations = [{ op: 'replace', path: '/spec/legs', value: 4 }];
    assert.deepEqual(legs(patch(toyType(), toy, 'json-patch+json', operations)), { legs: 4 });
    const ports = { spec: { ports: [{ port: 80, targetPort: 8080 }] } };
    assert.deepEqual(patch(serviceType(), service(), 'strategic-merge-patch+json', ports).spec, {
      ports: [{ port: 80, name: 'http', targetPort: 8080 }],
    });
  });

  it('may have its body as text', () => {
    const toy = createdToy({ legs: 2 });
    assert.deepEqual(patch(toyType(), toy, 'merge-patch+json', '{"spec":{"legs":3}}').spec, { legs: 3 });
    for (const text of ['', '{', '[{']) {
      assert.throws(() => patch(toyType(), toy, 'merge-patch+json', text), {
        code: 400,
        message: /error decoding patch/,
      });
    }
  });

  it('cannot be strategic for a custom kind', () => {
    assert.throws(() => patch(toyType(), createdToy({}), 'strategic-merge-patch+json', {}), {
      code: 415,
      reason: 'UnsupportedMediaType',
      message:
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    });
    assert.throws(() => patch(serviceType(), service(), 'json', {}), { code: 415 });
  });

  it('of nothing is refused with 404, unless it is an apply', () => {
    assert.throws(() => patch(toyType(), null, 'merge-patch+json', {}), {
      code: 404,
      message: 'toys.toys.example.com "robot" not found',
    });
    const config = { apiVersion: 'toys.example.com/v1', kind: 'Toy', metadata: {} };
    assert.equal(patch(toyType(), null, 'apply-patch+yaml', config).metadata.name, 'robot');
  });

  it('must leave an object', () => {
    for (const value of ['text', null, [], { metadata: 'none' }] as Json[]) {
      const operations = [{ op: 'replace', path: '', value }];
      assert.throws(() => patch(toyType(), createdToy({}), 'json-patch+json', operations), { code: 422 });
    }
  });

  it('gives an object that shares nothing with the stored one', () => {
    const toy = createdToy({ parts: [{ name: 'arm' }] });
    const before = structuredClone(toy);
    const patched = patch(toyType(), toy, 'merge-patch+json', {});
    patched.metadata.labels = { a: 'b' };
    (patched.spec as { parts: { name: string }[] }).parts.push({ name: 'leg' });
    assert.deepEqual(toy, before);
  });
});
