import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from '../../support/world.ts';

const good = `apiVersion: v1
kind: Service
metadata: {name: whoami}
spec: {ports: [{port: 80}]}
---
apiVersion: fairlead.dev/v1alpha1
kind: IngressRoute
metadata:
  name: good
spec:
  routes:
    - match: Host(\`good.example\`)
      services: [{name: whoami, port: 80}]
`;

const bad = `apiVersion: fairlead.dev/v1alpha1
kind: IngressRoute
metadata:
  name: bad
spec:
  routes:
    - match: Hots(\`a.example\`)
      services: [{name: whoami, port: 80}]
    - match: Host(\`b.example\`)
      services:
        - name: nowhere
          port: 80
    - match: Host(\`c.example\`)
      sevices: [{name: whoami, port: 80}]
`;

test('good manifests are fine', async () => {
  assert.deepEqual(await runCommand(['check', '-'], good), {
    code: 0,
    out: '',
    error: '2 objects: 0 errors, 0 warnings\n',
  });
});

test('each problem is a line with file, line, column, code, object and field', async () => {
  const { code, out } = await runCommand(['check', '-'], `${good}---\n${bad}`);
  assert.equal(code, 1);
  const lines = out.trimEnd().split('\n');
  const starts = [
    '-:21:7: error InvalidRule IngressRoute/default/bad spec.routes[0].match: ',
    '-:25:11: error ServiceNotFound IngressRoute/default/bad spec.routes[1].services[0].name: ',
    '-:28:7: error UnknownField IngressRoute/default/bad spec.routes[2].sevices: ',
  ];
  for (const start of starts)
    assert.ok(
      lines.some((line) => line.startsWith(start)),
      `${start}\n${out}`,
    );
  assert.match(out, /Hots.*Host/);
  assert.match(out, /sevices.*services/);
});

test('JSON has every field of the contract', async () => {
  const { out } = await runCommand(['check', '--output', 'json', '-'], bad.split('---')[0]);
  const [finding] = JSON.parse(out) as Record<string, unknown>[];
  const fields = ['file', 'line', 'column', 'severity', 'code', 'object', 'field', 'message', 'hint'];
  assert.deepEqual(Object.keys(finding ?? {}).toSorted(), fields.toSorted());
});

test('annotations for GitHub cannot be broken out of', async () => {
  const evil = 'apiVersion: fairlead.dev/v1alpha1\nkind: "A\\n::error::x%"\nmetadata: {name: a}\n';
  const { out } = await runCommand(['check', '--output=github', '-'], evil);
  assert.equal(out.trimEnd().split('\n').length, 1);
  assert.match(out, /^::error file=-,line=1,col=1,title=UnknownKind::/);
});

test('the same object twice is an error', async () => {
  const { code, out } = await runCommand(['check', '-'], `${good}---\n${good}`);
  assert.equal(code, 1);
  assert.match(
    out,
    /^-:15:1: error DuplicateObject Service\/default\/whoami: the same object stands at -:1 too$/m,
  );
});

test('kinds of Traefik that are not read are passed over with a warning', async () => {
  for (const apiVersion of ['traefik.io/v1alpha1', 'traefik.containo.us/v1alpha1']) {
    const kind = apiVersion.startsWith('traefik.io') ? 'TraefikService' : 'IngressRoute';
    const text = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: old}\nspec: {}\n`;
    const { code, out } = await runCommand(['check', '-'], text);
    assert.equal(code, 0);
    assert.match(out, /^-:1:1: warning UnknownKind \w+\/default\/old: .* Traefik only \(.*\)\n$/);
  }
});

test('an IngressRoute of Traefik is judged like one of ours, under the name of its group', async () => {
  const text = `apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: old}
spec:
  routes:
    - match: Hots(\`a.example\`)
      services: [{name: web, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
`;
  const { code, out } = await runCommand(['check', '-'], text);
  assert.equal(code, 1);
  assert.match(
    out,
    /^-:6:7: error InvalidRule IngressRoute\.traefik\.io\/default\/old spec\.routes\[0\]\.match: /,
  );
});

test('a kustomization is no finding', async () => {
  const text = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n';
  assert.deepEqual(await runCommand(['check', '-'], text), {
    code: 0,
    out: '',
    error: '0 objects: 0 errors, 0 warnings\n',
  });
});

test('a file that is no YAML is one finding', async () => {
  const { code, out } = await runCommand(['check', '-'], 'a: [');
  assert.equal(code, 1);
  assert.match(out, /^-:1:5: error InvalidManifest: [^\n]+\n$/);
});

for (const [argv, message] of [
  [['check'], 'which files? Name files or folders, or - for standard input'],
  [['check', '--output', 'xml', '-'], '--output: expected text, json, github, got "xml"'],
  [['check', '/nonsense'], '/nonsense: there is no such file or folder'],
] as const) {
  test(`fairlead ${argv.join(' ')} is refused with exit code 2`, async () => {
    const { code, out, error } = await runCommand(argv);
    assert.deepEqual([code, out], [2, '']);
    assert.ok(error.startsWith(`fairlead check: ${message}\n`), error);
  });
}

test('an unknown flag is refused without a stack trace', async () => {
  const { code, error } = await runCommand(['check', '--nonsense', '-']);
  assert.equal(code, 2);
  assert.match(
    error,
    /^fairlead check: Unknown option '--nonsense'\n"fairlead check --help" says what can be given\n$/,
  );
});
