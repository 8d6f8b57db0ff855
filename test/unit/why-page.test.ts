import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../support/world.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/why.md'), 'utf8');
const blocks = [...page.matchAll(/^```console\n\$ fairlead (.+)\n([\s\S]*?)^```$/gm)];
const [, manifest = ''] = /^```yaml .*\n([\s\S]*?)^```$/m.exec(page) ?? [];

test('what docs/why.md shows of explain and check is what they print', async () => {
  assert.equal(blocks.length, 2);
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
  for (const field of Object.keys(JSON.parse(out))) assert.ok(page.includes(`\`${field}\``), field);
});
