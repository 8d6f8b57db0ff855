import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from '../../support/world.ts';

const quickstart = 'examples/quickstart';

test('a path that leads elsewhere when read otherwise would be refused: the reading and its route are named', async () => {
  const words = ['explain', 'GET', 'http://shop.localhost/x%2F/catalog;v=1', quickstart];
  const { out } = await runCommand([...words, '--output', 'json']);
  assert.equal(JSON.parse(out).ambiguity, null);
  const refused = ['explain', 'GET', 'http://shop.localhost//catalog;v=1', quickstart];
  const { status, reason, route, ambiguity } = JSON.parse(
    (await runCommand([...refused, '--output', 'json'])).out,
  );
  assert.deepEqual([status, reason, route], [400, 'AmbiguousPath', 'IngressRoute/default/shop/1']);
  assert.deepEqual(ambiguity, { reading: '/catalog;v=1', route: 'IngressRoute/default/shop/0' });
  const text = (await runCommand(refused)).out.replaceAll(/\s+/g, ' ');
  assert.match(text, /Answer 400 AmbiguousPath, from Fairlead itself/);
  assert.match(text, /may read the path as \/catalog;v=1, which is for IngressRoute\/default\/shop\/0/);
});
