import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { freePort, get } from '../support/http.ts';
import { startCommand } from '../support/process.ts';

const ports = ['--entrypoint=web=127.0.0.1:0', '--metrics=127.0.0.1:0', '--admin=127.0.0.1:0'];

/** A copy of the quickstart whose upstreams have ports of their own, so that the test gets in nobody's way. */
async function quickstart(context: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const [first, second] = [await freePort(), await freePort()];
  for (const name of readdirSync('examples/quickstart')) {
    const text = readFileSync(join('examples/quickstart', name), 'utf8');
    writeFileSync(
      join(folder, name),
      text.replaceAll('18081', String(first)).replaceAll('18082', String(second)),
    );
  }
  return folder;
}

test('dev serves the quickstart, follows its files and ends cleanly', async (context) => {
  const folder = await quickstart(context);
  const kubeconfig = join(folder, 'kubeconfig');
  const dev = startCommand(context, ['dev', folder, ...ports, '--write-kubeconfig', kubeconfig]);
  const [, digits] = await dev.printed(/entry points\s+web 127\.0\.0\.1:(\d+)[\s\S]*Ctrl-C/);
  const port = Number(digits);

  assert.match((await get(port, 'hello.localhost')).body, /^Hello from Fairlead!\n/);
  const shop = await get(port, 'shop.localhost', '/catalog/shoes');
  assert.match(shop.body, /^The shop's catalog\n\nGET \/shoes HTTP\/1\.1\n/);
  assert.match(shop.body, /^X-Shop: quickstart$/m);
  assert.deepEqual([shop.headers['x-frame-options'], shop.headers['x-powered-by']], ['DENY', undefined]);
  await dev.printed(/200 GET {2}shop\.localhost\/catalog\/shoes → default\/catalog:80/);

  assert.equal(statSync(kubeconfig).mode & 0o777, 0o600);
  const manifest = { apiVersion: 'fairlead.dev/v1alpha1', kind: 'IngressRoute', metadata: { name: 'new' } };
  const routes = [{ match: 'Host(`new.localhost`)', services: [{ name: 'hello', port: 80 }] }];
  writeFileSync(join(folder, 'new.yaml'), JSON.stringify({ ...manifest, spec: { routes } }));
  await dev.printed(/generation \d+ live in \d+ ms: 1 route set \(IngressRoute\/default\/new\/0\)/);
  assert.equal((await get(port, 'new.localhost')).status, 200);
  rmSync(join(folder, 'new.yaml'));
  await dev.printed(/1 route removed \(IngressRoute\/default\/new\/0\)/);
  assert.equal((await get(port, 'new.localhost')).status, 404);

  assert.equal(await dev.end('SIGTERM'), 0);
  assert.equal(existsSync(kubeconfig), false);
  assert.equal(dev.error(), '');
});

test('dev says where a manifest is wrong, and serves the rest', async (context) => {
  const folder = await quickstart(context);
  const bad =
    'apiVersion: fairlead.dev/v1alpha1\nkind: IngressRoute\nmetadata: {name: bad}\nspec: {rotes: []}\n';
  writeFileSync(join(folder, 'bad.yaml'), bad);
  writeFileSync(join(folder, 'broken.yaml'), 'a: [');
  const dev = startCommand(context, [
    'dev',
    folder,
    ...ports,
    '--write-kubeconfig',
    join(folder, 'kubeconfig'),
  ]);
  const [, port] = await dev.printed(/entry points\s+web 127\.0\.0\.1:(\d+)[\s\S]*Ctrl-C/);
  assert.equal((await get(Number(port), 'hello.localhost')).status, 200);
  assert.match(dev.error(), /bad\.yaml:1:1: .*unknown field "spec\.rotes"/);
  assert.match(dev.error(), /broken\.yaml:1:5: /);
  assert.doesNotMatch(dev.error(), /^\s+at /m);
  assert.equal(await dev.end('SIGINT'), 0);
});

test('an address in use is one sentence and exit code 1', async (context) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const { port } = server.address() as { port: number };
  const folder = await quickstart(context);
  const dev = startCommand(context, [
    'dev',
    folder,
    `--entrypoint=web=127.0.0.1:${port}`,
    ...ports.slice(1),
    `--write-kubeconfig=${join(folder, 'kubeconfig')}`,
    '--log-level=fatal',
  ]);
  assert.equal(await dev.exited, 1);
  assert.match(dev.error(), /^fairlead dev: .*web.*127\.0\.0\.1.*in use.*\n$/);
});

for (const [words, sentence] of [
  [['dev', '/nonsense'], 'fairlead dev: /nonsense: there is no such file or folder\n'],
  [['dev', '--nonsense'], 'fairlead dev: "--nonsense": there is no such flag\n'],
  [['run', 'examples'], 'fairlead run: run takes settings only, got "examples"\n'],
  [['run', '--kubeconfig', '/nonsense'], 'fairlead run: '],
  [
    ['run', '--workers', 'many'],
    'fairlead run: --workers: expected a whole number from 1 to 256, got "many"\n',
  ],
  [['run'], 'fairlead run: '],
] as const) {
  test(`fairlead ${words.join(' ')} is one clear sentence and exit code 2`, async (context) => {
    const command = startCommand(context, words, { HOME: '/nonsense' });
    assert.equal(await command.exited, 2);
    assert.ok(command.error().startsWith(sentence), command.error());
    assert.doesNotMatch(command.error(), /^\s+at /m);
    assert.equal(command.out(), '');
  });
}
