import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';

interface Behaviour {
  readonly id: string;
  readonly behaviour: string;
  readonly sources: readonly string[];
  readonly tests?: readonly { readonly file: string; readonly name: string }[];
  readonly waits?: readonly string[];
}

const root = join(import.meta.dirname, '..');
const behaviours = parse(readFileSync(join(root, 'behaviours.yaml'), 'utf8')) as Behaviour[];

/** Features that do not exist yet. Whoever builds one takes it from here, and from each behaviour that waits for it. */
const awaited = [
  'acme',
  'admission',
  'auth',
  'basic-auth',
  'chain-middleware',
  'client-certificate-headers',
  'endpoint-address-policy',
  'error-pages',
  'external-names',
  'forward-auth',
  'gateway-api',
  'ingress-annotations',
  'query-rules',
  'redirects',
  'regex-rules',
  'replace-path',
  'response-cache',
  'templates',
];

test('each behaviour is a sentence with sources, and with tests or something it waits for', () => {
  for (const { id, behaviour, sources, tests = [], waits = [] } of behaviours) {
    assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.match(behaviour, /^[A-Z].*\.$/, id);
    assert.ok(sources.length > 0 && new Set(sources).size === sources.length, id);
    assert.ok(tests.length + waits.length > 0, id);
  }
  const ids = behaviours.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test('behaviours wait for features that do not exist yet, and for no others', () => {
  const named = new Set(behaviours.flatMap(({ waits = [] }) => waits));
  assert.deepEqual([...named].toSorted(), awaited);
});

test('every test that a behaviour names exists', () => {
  const absent = behaviours
    .flatMap(({ id, tests = [] }) => tests.map((each) => ({ id, ...each })))
    .filter(({ file, name }) => !isDeclared(file, name))
    .map(({ id, file, name }) => `${id}: ${file}: ${name}`);
  assert.deepEqual(absent, []);
});

/** True where the file declares a test of the name, or one with placeholders for words that its cases have. */
function isDeclared(file: string, name: string): boolean {
  const path = join(root, file);
  if (!existsSync(path)) return false;
  const text = readFileSync(path, 'utf8');
  if (isCaseOfSpecification(text, name)) return true;
  return [...text.matchAll(/\b(?:test|it)\(\s*(['"`])((?:(?!\1)[^\\]|\\.)*)\1/g)].some(
    ([, , declared = '']) => declared.replaceAll("\\'", "'") === name || fillsIn(declared, name, text),
  );
}

/** The suites of HTTP/2 name their tests by section and by what is to happen, and have the cases in files of their own. */
function isCaseOfSpecification(text: string, name: string): boolean {
  if (!text.includes('/support/http2/cases-')) return false;
  const [, id = '', does = ''] = /^(\S+) (.+)$/.exec(name) ?? [];
  const cases = supportOf('http2/cases-').join('\n').replaceAll(/\s+/g, ' ');
  return cases.includes(`id: '${id}', does: '${does}'`);
}

function supportOf(start: string): string[] {
  return globSync(join(root, `support/${start}*.ts`)).map((file) => readFileSync(file, 'utf8'));
}

function fillsIn(template: string, name: string, text: string): boolean {
  const found = patternOf(template)?.exec(name);
  if (found === null || found === undefined) return false;
  const words = [text, ...casesOf(text)].join('\n');
  return found.slice(1).every((word) => holdsWord(words, word));
}

/** Where cases stand that are not in the file itself: generated framing, and the names of fixtures. */
function casesOf(text: string): string[] {
  const places = ['raw/framing-', 'http2/abuse'].filter((start) => text.includes(`/support/${start}`));
  return [...places.flatMap(supportOf), readdirSync(join(root, 'fixtures')).join('\n')];
}

function holdsWord(text: string, word: string): boolean {
  if (text.includes(unquoted(word))) return true;
  return [...text.matchAll(/`([^`\n]*\$\{[^`\n]*)`/g)].some(([, inner = '']) =>
    patternOf(inner)
      ?.exec(word)
      ?.slice(1)
      .every((part) => text.includes(unquoted(part))),
  );
}

/** What names show in quotes stands in others in the source, with the same escapes. */
function unquoted(word: string): string {
  return /^".*"$/.test(word) ? word.slice(1, -1) : word;
}

/** Null where a template says too little to tell one name from another. */
function patternOf(template: string): RegExp | null {
  const parts = template.split(/\$\{[^}]*\}/);
  if (parts.length < 2 || parts.join('').trim().length < 2) return null;
  const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('(.+)')}$`);
}
