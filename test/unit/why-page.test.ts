import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ExplainedRequest } from '../../src/admin/explanation.ts';
import { History } from '../../src/control/history.ts';
import { runCommand } from '../support/world.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/why.md'), 'utf8');
const blocks = [...page.matchAll(/^```console\n\$ fairlead (.+)\n([\s\S]*?)^```$/gm)];
const none = { set: [], before: [], removed: [] };
const [, manifest = ''] = /^```yaml .*\n([\s\S]*?)^```$/m.exec(page) ?? [];

test('what docs/why.md shows of explain and check is what they print', async () => {
  assert.equal(blocks.length, 3);
  for (const [, line = '', shown = ''] of blocks) {
    const argv = line.replace('site.yaml', '-').split(' ');
    const { out } = await runCommand(argv, manifest);
    assert.equal(out.replaceAll(/^-:/gm, 'site.yaml:'), shown, line);
  }
});

test('no line that explain prints is wider than 80 columns', async () => {
  const { out } = await runCommand([
    'explain',
    'GET',
    'http://shop.localhost/catalog/',
    'examples/quickstart',
  ]);
  for (const line of out.split('\n')) assert.ok(line.length <= 80, line);
});

test('docs/why.md names every field of the explanation and of the history', async () => {
  const argv = ['explain', 'GET', 'http://shop.localhost/', 'examples/quickstart', '--output', 'json'];
  const { out } = await runCommand(argv);
  const overTls = ['explain', 'GET', 'https://secure.localhost/', 'examples/tls', '--output', 'json'];
  const { tls } = JSON.parse((await runCommand(overTls)).out) as ExplainedRequest;
  const history = new History();
  history.add({ generation: 1, causes: [], edits: { routes: none, services: none, middlewares: none } }, 0);
  const fields = [
    ...Object.keys(JSON.parse(out)),
    ...Object.keys(tls ?? {}),
    ...Object.keys(tls?.certificates?.[0] ?? {}),
    ...Object.keys(history.records[0] ?? {}),
  ];
  const missing = fields.filter((field) => {
    // Counts of a list are written down for one list, and the list is named.
    const list = field.replace(/(Set|Removed)$/, '');
    return !page.includes(`\`${field}\``) && !(list !== field && page.includes(`\`${list}\``));
  });
  assert.deepEqual(missing, []);
});
