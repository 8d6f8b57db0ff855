import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { oldestNode } from '../../bin/require-node.js';

function readJson<Content>(path: string): Content {
  return JSON.parse(readFileSync(path, 'utf8')) as Content;
}

test('the oldest Node.js is the same in package.json and in the check at the start', () => {
  const { engines } = readJson<{ engines: { node: string } }>('package.json');
  assert.equal(engines.node, `>=${oldestNode}`);
});

test('an old Node.js is told in one line, and the exit code is 2', () => {
  for (const [version, code] of [
    ['20.20.2', 2],
    ['24.17.9', 2],
    ['24.18.0', 0],
    ['26.0.0', 0],
  ] as const) {
    const script = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });
      const { requireNode } = await import('./bin/require-node.js');
      requireNode();`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    assert.equal(status, code, version);
    if (code === 0) assert.equal(stderr, '');
    else
      assert.match(
        stderr,
        new RegExp(`^fairlead needs Node\\.js ${oldestNode} or newer, but this is ${version} .*\\n$`),
      );
  }
});

test('the pinned Node.js is one version on every platform, and runs this test', () => {
  const { optionalDependencies } = readJson<{ optionalDependencies: Record<string, string> }>(
    'tools/pinned-node/package.json',
  );
  const versions = new Set(Object.values(optionalDependencies));
  assert.deepEqual([...versions], [process.versions.node]);
});

test('the lock file holds no download addresses and misses no optional package', () => {
  type Entry = { resolved?: string; optionalDependencies?: Record<string, string> };
  const { packages } = readJson<{ packages: Record<string, Entry> }>('package-lock.json');
  const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
  for (const [path, { resolved = '', optionalDependencies = {} }] of Object.entries(packages)) {
    assert.doesNotMatch(resolved, /^https?:/, path);
    for (const name of Object.keys(optionalDependencies)) assert.ok(names.has(name), `${path} wants ${name}`);
  }
});

test('every dependency is pinned to one version', () => {
  type Manifest = { dependencies: Record<string, string>; devDependencies: Record<string, string> };
  const { dependencies, devDependencies } = readJson<Manifest>('package.json');
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, range]) => !/^\d/.test(range),
  );
  assert.deepEqual(loose, []);
});
