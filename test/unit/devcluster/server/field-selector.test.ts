import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiObject } from '../../../../src/devcluster/json.ts';
import { builtinTypes } from '../../../../src/devcluster/kinds/builtin.ts';
import type { ResourceType } from '../../../../src/devcluster/resource-type.ts';
import { namedBy, parseFieldSelector } from '../../../../src/devcluster/server/field-selector.ts';

function typeOf(group: string, plural: string): ResourceType {
  const found = builtinTypes().find((type) => type.group === group && type.plural === plural);
  assert.ok(found);
  return found;
}

function object(more: object): ApiObject {
  const metadata = { name: 'a', namespace: 'ns', uid: '', resourceVersion: '', creationTimestamp: '' };
  return { apiVersion: 'v1', kind: 'Any', metadata, ...more };
}

const event = object({
  involvedObject: { kind: 'Ingress', name: 'a,b' },
  source: { component: 'c' },
  type: 'Normal',
});

const selections: readonly (readonly [string, string, string, ApiObject, boolean])[] = [
  ['', 'configmaps', 'metadata.name=a', object({}), true],
  ['', 'configmaps', 'metadata.name==a,metadata.namespace=ns', object({}), true],
  ['', 'configmaps', 'metadata.name!=a', object({}), false],
  ['', 'secrets', 'type=Opaque', object({ type: 'Opaque' }), true],
  ['', 'secrets', 'type!=Opaque', object({ type: 'Opaque' }), false],
  ['', 'pods', 'spec.nodeName=', object({ spec: {} }), true],
  ['', 'nodes', 'spec.unschedulable=false', object({ spec: {} }), true],
  ['', 'events', 'involvedObject.kind=Ingress,type=Normal', event, true],
  ['', 'events', 'involvedObject.name=a\\,b', event, true],
  ['', 'events', 'source=c', event, true],
  ['', 'configmaps', '', object({}), true],
];

for (const [group, plural, selector, of, expected] of selections) {
  test(`the field selector '${selector}' ${expected ? 'selects' : 'leaves out'} an object of ${plural}`, () => {
    assert.equal(parseFieldSelector(selector, typeOf(group, plural))(of), expected);
  });
}

test('a field that a kind cannot be selected by is refused, in one of two ways', () => {
  assert.throws(() => parseFieldSelector('data.a=b', typeOf('', 'secrets')), {
    code: 400,
    message: 'field label not supported: data.a',
  });
  assert.throws(() => parseFieldSelector('data.a=b', typeOf('', 'configmaps')), {
    code: 400,
    message: '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
  });
  assert.throws(() => parseFieldSelector('metadata.name', typeOf('', 'configmaps')), { code: 400 });
});

test('a selector by name gives the name away', () => {
  assert.equal(namedBy('metadata.name=a'), 'a');
  assert.equal(namedBy('metadata.namespace=n,metadata.name==a'), 'a');
  assert.equal(namedBy('metadata.name!=a'), undefined);
  assert.equal(namedBy('type!=x\\,metadata.name=a'), undefined);
});
