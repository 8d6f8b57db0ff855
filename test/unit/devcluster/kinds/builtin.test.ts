import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  addressProblems,
  labelProblems,
  qualifiedNameProblems,
} from '../../../../src/devcluster/kinds/names.ts';
import { canonicalTime } from '../../../../src/devcluster/kinds/times.ts';
import { decodeObject } from '../../../../src/devcluster/schema/decode.ts';
import type { Schema } from '../../../../src/devcluster/schema.ts';
import { at, Bench, now } from './support.ts';

const bench = new Bench();
const ownTypes = bench.types.filter(({ kind }) => kind !== 'CustomResourceDefinition');

function visit(schema: Schema, path: string, look: (schema: Schema, path: string) => void): void {
  look(schema, path);
  for (const [name, inner] of Object.entries(schema.properties ?? {})) visit(inner, `${path}.${name}`, look);
  if (schema.items) visit(schema.items, `${path}[]`, look);
  if (typeof schema.additionalProperties === 'object') visit(schema.additionalProperties, `${path}{}`, look);
}

describe('the built-in kinds', () => {
  it('are there once each, sorted by group and resource', () => {
    const names = bench.types.map(({ group, plural }) => `${group}/${plural}`);
    assert.deepEqual(names, [...new Set(names)].sort());
    for (const name of [
      '/services',
      'apps/deployments',
      'networking.k8s.io/ingresses',
      'discovery.k8s.io/endpointslices',
    ]) {
      assert.ok(names.includes(name), name);
    }
  });

  for (const type of ownTypes) {
    const name = `${type.kind} of ${type.group || 'core'}`;

    it(`describe every field of ${name}`, () => {
      assert.ok(type.schema);
      visit(type.schema, type.kind, (schema, path) => {
        const isInner = path.endsWith('{}') || path.endsWith('[]') || path.includes('.metadata');
        if (!isInner) assert.ok(schema.description, path);
        const keys = schema['x-kubernetes-list-map-keys'] ?? [];
        for (const key of keys) assert.ok(schema.items?.properties?.[key], `${path} has items with ${key}`);
        for (const field of schema.required ?? [])
          assert.ok(schema.properties?.[field], `${path} knows ${field}`);
      });
    });

    it(`give ${name} a table with a cell for every column, and defaults that hold`, () => {
      const content = type.kind === 'RoleBinding' ? {} : { spec: {} };
      const { object } = bench.create(type, 'spec' in (type.schema?.properties ?? {}) ? content : {}, true);
      assert.equal(type.table.cells(object, now).length, type.table.columns.length);
      const again = structuredClone(object);
      type.behaviour.prepareUpdate(again, object, bench.context(true));
      assert.deepEqual(again, object);
    });
  }

  it('know every field of what the server itself sets', () => {
    for (const type of ownTypes) {
      const { object } = bench.create(type, {}, true);
      assert.deepEqual(decodeObject(type, object, 'Strict').problems, [], type.kind);
    }
  });

  it('refuse roles and bindings that give nothing to nobody', () => {
    const problems = (kind: string, content: object) =>
      bench.create(bench.type(kind), { ...content }).problems.join();
    assert.match(
      problems('Role', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: [] }] }),
      /verbs: Required/,
    );
    assert.equal(problems('ClusterRole', { rules: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }] }), '');
    assert.match(
      problems('RoleBinding', { roleRef: { kind: 'Other', name: 'r' } }),
      /roleRef\.kind: Unsupported/,
    );
    assert.equal(bench.create(bench.type('Role'), { rules: [] }).object.rules, null);
    const empty = bench.create(bench.type('Role'), { rules: [{ verbs: [], resources: [] }] }).object;
    assert.deepEqual(empty.rules, [{ verbs: [] }]);
    const roleRef = { kind: 'ClusterRole', name: 'r' };
    const account = [{ kind: 'ServiceAccount', name: 'a' }];
    assert.match(
      problems('ClusterRoleBinding', { roleRef, subjects: account }),
      /subjects\[0\]\.namespace: Required/,
    );
  });

  it('keep the controller of an IngressClass and ask for the namespace of its parameters', () => {
    const type = bench.type('IngressClass');
    const { object, problems } = bench.create(type, { spec: { controller: 'example.com/a' } });
    assert.deepEqual(problems, []);
    const other = bench.update(type, object, { spec: { controller: 'example.com/b' } });
    assert.deepEqual(other.problems, ['spec.controller: Invalid value: "example.com/b": field is immutable']);
    const parameters = { kind: 'ConfigMap', name: 'c', scope: 'Namespace' };
    const lost = bench.create(type, { spec: { controller: 'example.com/a', parameters } });
    assert.match(lost.problems.join(), /^spec\.parameters\.namespace: Required value/);
    assert.match(
      bench.create(type, { spec: { controller: 'a' } }).problems.join(),
      /must be a domain-prefixed path/,
    );
  });

  it('give every server addresses of its own', () => {
    const first = new Bench();
    const second = new Bench();
    const make = (one: Bench) => one.create(one.type('Service'), { spec: { ports: [{ port: 80 }] } }).object;
    assert.equal(at(make(first), 'spec', 'clusterIP'), at(make(second), 'spec', 'clusterIP'));
  });
});

describe('the rules for names and times', () => {
  it('tell labels, qualified names and addresses from what is none', () => {
    assert.deepEqual(labelProblems('web-1'), []);
    assert.equal(labelProblems('-web').length, 1);
    assert.equal(labelProblems('x'.repeat(64)).length, 1);
    assert.deepEqual(qualifiedNameProblems('example.com/Tool.1'), []);
    assert.equal(qualifiedNameProblems('').length, 2);
    assert.equal(qualifiedNameProblems('/a').length, 1);
    assert.equal(qualifiedNameProblems('a/b/c').length, 1);
    for (const address of ['1.2.3', '10.0.0.256', 'fe80::1%eth0', '', '01.2.3.4']) {
      assert.equal(addressProblems(address).length, 1, address);
    }
  });

  it('bring times to whole seconds of UTC', () => {
    const refuse = (text: string) => new Error(text);
    assert.equal(canonicalTime('2001-02-03T06:05:06.789+02:00', refuse), '2001-02-03T04:05:06Z');
    for (const text of ['yesterday', '2001-02-03', '2001-13-03T04:05:06Z', '2001-02-03 04:05:06Z']) {
      assert.throws(() => canonicalTime(text, refuse), /parsing time/, text);
    }
  });
});
