import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { findManifestFiles, loadManifests, PathError, parseManifests } from '../../../src/cli/manifests.ts';

const route = `# a route
apiVersion: fairlead.dev/v1alpha1
kind: IngressRoute
metadata:
  name: whoami
spec:
  routes:
    - match: Host(\`a\`)
      services:
        - name: whoami
`;

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'fairlead-'));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('a field is found at its line and column', () => {
  const { manifests } = parseManifests('a.yaml', route);
  const [manifest] = manifests;
  assert.equal(manifest?.object.metadata.name, 'whoami');
  assert.deepEqual(manifest?.positionOf('spec.routes[0].match'), { line: 8, column: 7 });
  assert.deepEqual(manifest?.positionOf('spec.routes[0].services[0].name'), { line: 10, column: 11 });
});

test('a field that is absent is shown at its nearest parent', () => {
  const [manifest] = parseManifests('a.yaml', route).manifests;
  assert.deepEqual(manifest?.positionOf('spec.routes[0].services[0].port'), { line: 10, column: 11 });
  assert.deepEqual(manifest?.positionOf('status.x'), { line: 2, column: 1 });
});

test('a field is found whose name has dots, brackets and quotes in it', () => {
  const text = `${route.replace('metadata:', 'metadata:\n  annotations:\n    b: c\n    "a.b[0]/\\"c\\"": x')}`;
  const [manifest] = parseManifests('a.yaml', text).manifests;
  const path = `metadata.annotations[${JSON.stringify('a.b[0]/"c"')}]`;
  assert.deepEqual(manifest?.positionOf(path), { line: 7, column: 5 });
});

test('several documents and the items of a List each become a manifest', () => {
  const item = '{"apiVersion":"v1","kind":"Service","metadata":{"name":"a"}}';
  const list = `{"apiVersion":"v1","kind":"List","items":[${item}]}`;
  const { manifests, problems } = parseManifests('a.json', `${route}---\n---\n${list}`);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    manifests.map(({ object }) => object.kind),
    ['IngressRoute', 'Service'],
  );
  assert.deepEqual(manifests[1]?.positionOf('metadata.name'), { line: 13, column: 91 });
});

for (const [text, message, line] of [
  ['a: [', 'Flow sequence in block collection must be sufficiently indented and end with a ]', 1],
  ['\nkind: x', 'a Kubernetes object needs the field apiVersion', 2],
  ['apiVersion: v1\nkind: x', 'a Kubernetes object needs the field metadata', 1],
  ['apiVersion: v1\nkind: x\nmetadata: {name: 3}', 'a Kubernetes object needs the field metadata.name', 1],
  ['just text', 'this is no Kubernetes object', 1],
  ['apiVersion: v1\nspec: &s\n  self: *s', 'an anchor contains itself', 1],
  [`a: ${'['.repeat(100_000)}`, 'the document is nested too deeply', 1],
  [`a: &a [1]\nb: [${'*a,'.repeat(200)}]`, 'Excessive alias count indicates a resource exhaustion attack', 1],
] as const) {
  test(`${JSON.stringify(text.slice(0, 30))} is a problem of one line`, () => {
    const { manifests, problems } = parseManifests('a.yaml', text);
    assert.deepEqual(manifests, []);
    assert.deepEqual([problems[0]?.message, problems[0]?.line], [message, line]);
  });
}

test('files are found below folders, sorted, without hidden ones and other kinds', (context) => {
  const path = folder(context);
  mkdirSync(join(path, 'b'));
  mkdirSync(join(path, '.git'));
  for (const name of ['z.yaml', 'a.yml', 'b/c.json', 'notes.txt', '.git/d.yaml'])
    writeFileSync(join(path, name), '');
  assert.deepEqual(
    findManifestFiles([path]).map((file) => file.slice(path.length + 1)),
    ['a.yml', 'b/c.json', 'z.yaml'],
  );
});

test('a file that is named is read whatever its name, and only once', (context) => {
  const path = join(folder(context), 'route.txt');
  writeFileSync(path, route);
  assert.equal(loadManifests([path, path], () => '').manifests.length, 1);
});

test('links that lead in a circle, to nothing or to the same file cost nothing', (context) => {
  const path = folder(context);
  mkdirSync(join(path, 'a'));
  writeFileSync(join(path, 'route.yaml'), route);
  symlinkSync('..', join(path, 'a/up'));
  symlinkSync('nowhere', join(path, 'a/dangling'));
  symlinkSync('itself', join(path, 'a/itself'));
  symlinkSync('../route.yaml', join(path, 'a/same.yaml'));
  assert.deepEqual(findManifestFiles([path]), [join(path, 'a/same.yaml')]);
  assert.deepEqual(findManifestFiles([join(path, 'route.yaml'), path]), [join(path, 'route.yaml')]);
});

test('a link of the name of a manifest that leads to nothing is refused', (context) => {
  const path = join(folder(context), 'route.yaml');
  symlinkSync('nowhere', path);
  assert.throws(() => findManifestFiles([path]), PathError);
});

test('a device that never ends is a file that is too large', { skip: process.platform !== 'linux' }, () => {
  const { problems } = loadManifests(['/dev/zero'], () => '');
  assert.deepEqual(problems, [
    { file: '/dev/zero', line: 1, column: 1, message: 'the file is larger than 64 MiB' },
  ]);
});

test('standard input that cannot be read is refused in one sentence', () => {
  const unreadable = () => {
    throw new Error('EISDIR: illegal operation on a directory, read');
  };
  assert.throws(() => loadManifests(['-'], unreadable), PathError);
});

test('a dash reads standard input', () => {
  const [manifest] = loadManifests(['-'], () => route).manifests;
  assert.equal(manifest?.file, '-');
});

test('a path that does not exist is refused in one sentence', () => {
  assert.throws(
    () => loadManifests(['/nonsense/x'], () => ''),
    (error) => {
      assert.ok(error instanceof PathError);
      assert.equal(error.message, '/nonsense/x: there is no such file or folder');
      return true;
    },
  );
});

test('no text makes the reader throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((json) => `apiVersion: v1\nkind: x\n${json}`),
      ),
      (text) => {
        for (const manifest of parseManifests('x', text).manifests) manifest.positionOf('spec.a[0][b]..c');
      },
    ),
  );
});
