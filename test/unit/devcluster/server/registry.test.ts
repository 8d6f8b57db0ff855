import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtinTypes } from '../../../../src/devcluster/kinds/builtin.ts';
import { parseResourcePath } from '../../../../src/devcluster/server/path.ts';
import { byVersion, Registry } from '../../../../src/devcluster/server/registry.ts';

test('newer and more stable versions come first', () => {
  const sorted = [
    'v10',
    'v2',
    'v1',
    'v11beta2',
    'v10beta3',
    'v3beta1',
    'v12alpha1',
    'v11alpha2',
    'foo1',
    'foo10',
  ];
  assert.deepEqual([...sorted].sort().sort(byVersion), sorted);
});

test('custom kinds come and go with their definition', () => {
  const registry = new Registry(builtinTypes());
  const [model] = builtinTypes();
  assert.ok(model);
  const kite = {
    ...model,
    group: 'toys.example.com',
    version: 'v1',
    plural: 'kites',
    kind: 'Kite',
    custom: true,
  };
  registry.setCustom('kites.toys.example.com', [kite, { ...kite, version: 'v2' }]);
  assert.equal(registry.find('toys.example.com', 'v1', 'kites'), kite);
  assert.equal(registry.findAny('toys.example.com', 'kites')?.version, 'v2');
  assert.equal(registry.findKind('toys.example.com/v1', 'Kite'), kite);
  assert.equal(registry.isBuiltinGroup('toys.example.com'), false);
  registry.setCustom('kites.toys.example.com', []);
  assert.equal(registry.find('toys.example.com', 'v1', 'kites'), undefined);
});

const paths: Readonly<Record<string, object | undefined>> = {
  '/api/v1/nodes/n': { group: '', version: 'v1', plural: 'nodes', name: 'n', namespace: '' },
  '/api/v1/namespaces': { plural: 'namespaces', name: '', namespace: '' },
  '/api/v1/namespaces/a': { plural: 'namespaces', name: 'a', namespace: '' },
  '/api/v1/namespaces/a/status': { plural: 'namespaces', name: 'a', subresource: 'status' },
  '/api/v1/namespaces/a/finalize': { plural: 'namespaces', name: 'a', subresource: 'finalize' },
  '/api/v1/namespaces/a/pods': { plural: 'pods', name: '', namespace: 'a' },
  '/api/v1/namespaces/a/pods/': { plural: 'pods', name: '', namespace: 'a' },
  '/api/v1/watch/namespaces/a/pods/p': { plural: 'pods', name: 'p', namespace: 'a', watch: true },
  '/apis/g/v1/namespaces/a/things/t/status': {
    group: 'g',
    plural: 'things',
    name: 't',
    subresource: 'status',
  },
  '/apis/g/v1/namespaces/a%2Fb/things/%C3%A4': { namespace: 'a/b', name: 'ä' },
  '/apis/g/v1/namespaces/a/things/t/b/c': { tooLong: true },
  '/apis/g': undefined,
  '/version': undefined,
  '/api/v1/%ff': undefined,
};

for (const [path, expected] of Object.entries(paths)) {
  test(`the path ${path} is ${expected ? 'taken apart' : 'none of a resource'}`, () => {
    const parsed = parseResourcePath(path);
    if (expected === undefined) assert.equal(parsed, undefined);
    else assert.partialDeepStrictEqual(parsed, expected);
  });
}
