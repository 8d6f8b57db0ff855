import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

/** What makes or changes files. */
const writes =
  /\b(?:writeFile|appendFile|createWriteStream|copyFile|mkdtemp|mkdir|symlink|truncate|rename|open|write|rm|unlink|cp)(?:Sync)?\b/;

test('nothing writes files but fairlead dev, which keeps the kubeconfig of its own cluster', () => {
  const files = globSync('src/**/*.ts').map((file) => file.replaceAll('\\', '/'));
  assert.ok(files.length > 100);
  const imports = (file: string): string =>
    [
      ...readFileSync(file, 'utf8').matchAll(
        /import\s+(?:type\s+)?([^;]*?)\s+from\s+'node:fs(?:\/promises)?'/g,
      ),
    ]
      .map(([, names = '']) => names)
      .join();
  // All names of node:fs are imported one by one: what the whole of it is used for cannot be seen.
  const whole = files.filter((file) => /\bfs\b|\*/.test(imports(file)));
  assert.deepEqual(whole, []);
  assert.deepEqual(files.filter((file) => writes.test(imports(file))).toSorted(), [
    'src/cli/dev-kubeconfig.ts',
    // Opens to read.
    'src/cli/read-text.ts',
    'src/devcluster/access/kubeconfig.ts',
    // Into what is open already: the standard output.
    'src/telemetry/line-descriptor.ts',
  ]);
});
