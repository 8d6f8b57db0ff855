import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from '../../src/model/rule.ts';
import '../support/leaks.ts';
import { exchangeRaw } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import type { TestRoute } from '../support/raw/test-proxy.ts';

const prefix = (path: string): Rule => ({ kind: 'pathPrefix', prefix: path, elements: true });
const guard = {
  guard: { kind: 'headers', request: [{ name: 'X-Guard', value: '1' }], response: [] },
} as const;
const guarded: readonly TestRoute[] = [
  { rule: prefix('/'), priority: 1 },
  { rule: prefix('/admin'), priority: 2, middlewares: ['guard'] },
];

type World = Awaited<ReturnType<typeof setUp>>;

async function answerTo({ proxy }: World, path: string): Promise<string> {
  return exchangeRaw(proxy.port, `GET ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`);
}

test('a path that an upstream may read as one with another middleware is refused, and nothing of it reaches the upstream', async (t) => {
  const world = await setUp(t, {}, { routes: guarded, middlewares: guard });
  const paths = [
    '//admin',
    '/%2Fadmin',
    '/%2fadmin/x',
    '/%5Cadmin',
    '/%255cadmin',
    '/;x/admin',
    '/%3Bx/admin',
    '/x/%252e%252e/admin',
    '/x/..%252fadmin',
    '/x%2F%252e%252E%2Fadmin',
    '/x/..%253Bv/admin',
    '/%61dmi%256E',
    '/ADMIN',
    '/Admin;x',
    '/admin%3Fx',
    '/admin%2523',
    '/admin%2500.png',
    '/admin;x',
    '/admin%2F..x',
  ];
  for (const path of paths) {
    const answer = await answerTo(world, path);
    assert.match(
      answer,
      /^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*\r\nX-Fairlead-Reason: AmbiguousPath\r\n/,
      path,
    );
  }
  assert.equal(world.recorder.requests.length, 0);
  await world.proxy.untilOutcomes(paths.length);
  for (const { reason, route } of world.proxy.outcomes) {
    assert.deepEqual([reason, route], ['AmbiguousPath', 'IngressRoute/default/test/0']);
  }
});

test('a path that leads to the same middlewares however it is read is forwarded as it came', async (t) => {
  const world = await setUp(t, {}, { routes: guarded, middlewares: guard });
  const paths = [
    '/projects/a%2Fb',
    '/matrix;v=1/x',
    '/a//b',
    '/A%5cB',
    '/100%25',
    '/x%252Fy',
    '/admin/a%2fb',
    '/admin/a;x//B',
    '/xadmin',
  ];
  for (const path of paths) {
    assert.match(await answerTo(world, path), /^HTTP\/1\.1 200 /, path);
    assert.equal(world.recorder.requests.at(-1)?.startLine, `GET ${path} HTTP/1.1`);
  }
});

test('where all routes have the same middlewares nothing is refused for how it may be read', async (t) => {
  const world = await setUp(t, {}, { routes: guarded.map(({ middlewares: _, ...route }) => route) });
  for (const path of ['//admin', '/%2Fadmin', '/ADMIN', '/x/..%252fadmin', '/;x/admin']) {
    assert.match(await answerTo(world, path), /^HTTP\/1\.1 200 /, path);
    assert.equal(world.recorder.requests.at(-1)?.startLine, `GET ${path} HTTP/1.1`);
  }
});

test('paths of the same kind are judged by the routes that are live, and a route that fails closed is the strictest', async (t) => {
  const world = await setUp(t, {}, { routes: [guarded[0] ?? {}] });
  assert.match(await answerTo(world, '//admin'), /^HTTP\/1\.1 200 /);
  world.proxy.publish([guarded[0] ?? {}, { rule: prefix('/admin'), priority: 2, fails: true }]);
  assert.match(await answerTo(world, '//admin'), /^HTTP\/1\.1 400 /);
  assert.match(await answerTo(world, '/admin'), /^HTTP\/1\.1 500 /);
});

test('dot segments are refused in every spelling, whatever the routes', async (t) => {
  const world = await setUp(t);
  for (const path of ['/a/../b', '/a/%2e%2E/b', '/a%2F..%2fb', '/a/..;x/b', '/a%5c..%5Cb', '/./a']) {
    assert.match(
      await answerTo(world, path),
      /^HTTP\/1\.1 400 [\s\S]*\r\nX-Fairlead-Reason: BadRequest\r\n/,
      path,
    );
  }
  assert.equal(world.recorder.requests.length, 0);
});
