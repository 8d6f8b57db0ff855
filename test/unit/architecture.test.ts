import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

const modelFree = ['model'];

/** Which rooms each room may import, besides itself. `docs/architecture.md` says why. */
const edges: Readonly<Record<string, readonly string[]>> = {
  model: [],
  config: modelFree,
  api: modelFree,
  kube: ['model', 'api'],
  translate: ['model', 'api', 'routing'],
  routing: modelFree,
  control: ['model', 'translate', 'routing'],
  proxy: ['model', 'routing'],
  telemetry: modelFree,
  ocsp: modelFree,
  admin: ['model', 'telemetry', 'routing'],
  devcluster: ['model', 'api'],
  cli: [
    'model',
    'config',
    'api',
    'kube',
    'translate',
    'routing',
    'control',
    'ocsp',
    'telemetry',
    'admin',
    'devcluster',
  ],
};

/** Doors that a room may use of another only in part: grammar and precedence are pure, the compiled table is not for it. */
const partialEdges: Readonly<Record<string, readonly RegExp[]>> = {
  'translate → routing': [/^routing\/rule\//, /^routing\/(precedence|host|address-range)\.ts$/],
  'admin → routing': [/^routing\/(ambiguity|explain|host|request-path|tls-host)\.ts$/],
};

/** Files that may import every room: the wiring. */
const wiring = new Set(['main.ts', 'proxy-thread.ts']);

/** Files over the limit of lines, each with its reason. */
const longFiles: Readonly<Record<string, string>> = {};
const mostLines = 400;

const files = globSync('src/**/*.ts').toSorted();
const importPattern =
  /^(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"](\.[^'"]+)['"]|import\(\s*['"](\.[^'"]+)['"]\s*\)/gm;

function roomOf(file: string): string {
  const [first = ''] = file.split('/');
  return first;
}

function importsOf(file: string): string[] {
  const text = readFileSync(join('src', file), 'utf8');
  return [...text.matchAll(importPattern)].map((match) =>
    normalize(join(dirname(file), match[1] ?? match[2] ?? '')),
  );
}

const graph = new Map(
  files.map((file) => {
    const inside = file.slice('src/'.length);
    return [inside, importsOf(inside)];
  }),
);

test('every file of src stands in a room of the design, or is wiring', () => {
  const strays = [...graph.keys()].filter((file) => !wiring.has(file) && !(roomOf(file) in edges));
  assert.deepEqual(strays, []);
});

test('rooms import only the rooms that the design allows', () => {
  const broken: string[] = [];
  for (const [file, imports] of graph) {
    if (wiring.has(file)) continue;
    const from = roomOf(file);
    for (const imported of imports) {
      const to = roomOf(imported);
      if (to === from) continue;
      const doors = partialEdges[`${from} → ${to}`];
      const allowed =
        edges[from]?.includes(to) && (doors === undefined || doors.some((door) => door.test(imported)));
      if (!allowed) broken.push(`${file} → ${imported}`);
    }
  }
  assert.deepEqual(broken, []);
});

test('imports make no cycle', () => {
  const done = new Set<string>();
  const cycles: string[] = [];
  function visit(file: string, path: readonly string[]): void {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const imported of graph.get(file) ?? []) visit(imported, [...path, file]);
    done.add(file);
  }
  for (const file of graph.keys()) visit(file, []);
  assert.deepEqual(cycles, []);
});

test('no file is longer than the limit without a reason', () => {
  const lines = (file: string) => readFileSync(file, 'utf8').split('\n').length - 1;
  const long = files.filter((file) => lines(file) > mostLines && !(file in longFiles));
  assert.deepEqual(long, []);
  const stale = Object.keys(longFiles).filter((file) => !files.includes(file) || lines(file) <= mostLines);
  assert.deepEqual(stale, [], 'excuses that are no longer needed');
});

test('only the wiring reads the environment and the arguments of the process', () => {
  const readers = files.filter(
    (file) =>
      !wiring.has(file.slice('src/'.length)) && /process\.(env|argv)\b/.test(readFileSync(file, 'utf8')),
  );
  assert.deepEqual(readers, []);
});

test('packages are imported where they are needed and nowhere else', () => {
  const homes: Readonly<Record<string, RegExp>> = {
    '@kubernetes/client-node': /^src\/kube\//,
    pino: /^src\/telemetry\//,
    'prom-client': /^src\/telemetry\//,
    zod: /^src\/api\//,
    '@peculiar/x509': /^src\/devcluster\//,
  };
  const strays: string[] = [];
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    for (const [name, home] of Object.entries(homes)) {
      if (!home.test(file) && new RegExp(`['"]${name}(/[^'"]*)?['"]`).test(text))
        strays.push(`${file} → ${name}`);
    }
  }
  assert.deepEqual(strays, []);
});
