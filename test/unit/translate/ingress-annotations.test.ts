import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { effectTables } from '../../../src/api/effects.ts';
import {
  type AnnotationDialect,
  type AnnotationEntry,
  annotationEntries,
  annotationNamed,
  annotationPrefixes,
  decidingField,
} from '../../../src/api/ingress-annotations.ts';
import { Translator } from '../../../src/translate/translator.ts';
import { MemoryView } from './memory-view.ts';
import { ingress, middleware, options, ownObject, service } from './objects.ts';

/** A value of each form that asks for something beyond the usual. */
const samples: Readonly<Record<AnnotationEntry['form'], string>> = {
  text: 'something',
  word: '',
  switch: 'true',
  integer: '5',
  duration: '7s',
  list: 'web',
  references: 'strip',
};

/** What asks for something else than the sample of its form. */
const special: Readonly<Record<string, string>> = {
  pathMatcher: 'Path',
  'routes[].syntax': 'v2',
  'routes[].observability.traceVerbosity': 'detailed',
  'routes[].services[].scheme': 'https',
  'routes[].services[].passHostHeader': 'false',
  'routes[].services[].strategy': 'hrw',
  'routes[].services[].sticky.cookie.sameSite': 'lax',
};

/** What the samples of texts name. */
const named = ['TLSOption', 'ServersTransport'].map((kind) => ownObject(kind, samples.text, {}));

function translated(onIngress: object, onService: object = {}) {
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const spec = {
    ingressClassName: 'fairlead',
    rules: [{ http: { paths: [{ path: '/a', pathType: 'ImplementationSpecific', backend }] } }],
  };
  const translator = new Translator(options);
  const objects = [
    ingress('site', spec, { annotations: onIngress }),
    service('web', [{ port: 80 }], { annotations: onService }),
    middleware('strip', { stripPrefix: { prefixes: ['/a'] } }),
    ...named,
  ];
  translator.update(new MemoryView(objects), 'everything');
  return { plan: translator.plan(), diagnostics: translator.diagnostics() };
}

const cases = annotationEntries.flatMap((entry) =>
  (Object.entries(entry.names) as [AnnotationDialect, string][]).map(([dialect, name]) => ({
    entry,
    dialect,
    name: `${annotationPrefixes[dialect]}${name.replace('.N.', '.0.')}`,
  })),
);

const plain = JSON.stringify(translated({}).plan);

for (const { entry, dialect, name } of cases) {
  const value = special[entry.field] ?? samples[entry.form];

  test(`${name} changes the plan or is told to have no effect, never neither`, () => {
    const { plan, diagnostics } =
      entry.on === 'Service' && dialect === 'traefik'
        ? translated({}, { [name]: value })
        : translated({ [name]: value });
    assert.ok(JSON.stringify(plan) !== plain || diagnostics.length > 0);
    const effect = effectTables.IngressRoute[decidingField(entry)];
    const codes = diagnostics.map(({ code }) => code);
    if (effect === undefined || effect.kind === 'now') assert.deepEqual(codes, []);
    else {
      assert.equal(codes.length, 1, 'one problem, that of the field of an IngressRoute');
      assert.match(diagnostics[0]?.message ?? '', new RegExp(`${RegExp.escape(effect.because)}$`));
    }
  });

  test(`${name} has a form, and other text is an error that says which`, () => {
    if (entry.form === 'list' || entry.form === 'references' || entry.form === 'text') return;
    const on = entry.on === 'Service' && dialect === 'traefik' ? [{}, { [name]: '?' }] : [{ [name]: '?' }];
    const { plan, diagnostics } = translated(...(on as [object, object?]));
    const [one] = diagnostics;
    assert.equal(one?.code, 'InvalidValue');
    assert.ok(one.message.endsWith(`must be ${entry.expected}`), one.message);
    assert.equal(plan.routes[0]?.action.kind, 'fail');
  });
}

test('every field that an annotation stands for is one of an IngressRoute', () => {
  for (const entry of annotationEntries.filter(({ field }) => field !== 'pathMatcher')) {
    assert.ok(Object.hasOwn(effectTables.IngressRoute, decidingField(entry)), entry.field);
  }
});

test('no two annotations have the same name, and each is found by it', () => {
  const names = cases.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
  for (const { entry, dialect, name } of cases) {
    assert.equal(annotationNamed(dialect, name.slice(annotationPrefixes[dialect].length)), entry);
  }
});

test('names of Traefik do not mind case, and number domains as its labels do', () => {
  assert.equal(annotationNamed('traefik', 'router.entryPoints')?.field, 'entryPoints');
  assert.equal(annotationNamed('traefik', 'router.tls.domains[12].main')?.field, 'tls.domains[].main');
  assert.equal(annotationNamed('traefik', 'router.tls.domains.12.sans')?.field, 'tls.domains[].sans');
  assert.equal(annotationNamed('fairlead', 'Entry-Points'), undefined);
});

test('no text of any annotation makes the translation fail, or serves without saying what is wrong', () => {
  const names = fc.constantFrom(...cases.map(({ name }) => name), 'fairlead.dev/', 'fairlead.dev/__proto__');
  const texts = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('true', 'strip', '-@kubernetescrd', 'a-b-c@kubernetescrd', '/', 'web,'),
  );
  fc.assert(
    fc.property(
      fc.dictionary(names, texts, { maxKeys: 4 }),
      fc.dictionary(names, texts, { maxKeys: 2 }),
      (...both) => {
        const { plan, diagnostics } = translated(...both);
        for (const { message } of diagnostics) assert.doesNotMatch(message, /failed to translate/);
        const isError = diagnostics.some(
          ({ severity, code }) => severity === 'error' && code !== 'UnknownEntryPoint',
        );
        for (const { action } of plan.routes) assert.equal(action.kind === 'fail', isError);
      },
    ),
    { numRuns: 300 },
  );
});

test('more than 64 Middlewares, and texts of a size that nobody writes, are refused', () => {
  for (const value of [Array.from({ length: 65 }, () => 'strip').join(), 'x'.repeat(20_000)]) {
    const { diagnostics } = translated({ 'fairlead.dev/middlewares': value });
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      ['InvalidValue'],
    );
  }
});

test('docs/ingress.md lists every annotation, and none that is not there', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/ingress.md'), 'utf8');
  const [, section = ''] = text.split(/^### All annotations$/m);
  const rows = section.split(/^##/m)[0]?.match(/^\| [`–].*$/gm) ?? [];
  assert.deepEqual(rows, annotationEntries.map(rowOf));
});

/** What a field of an IngressRoute does, in a word. */
const does = { now: 'works', none: 'no effect', notSupported: 'not supported' };

function rowOf(entry: AnnotationEntry): string {
  const { names, on, field, expected } = entry;
  const [fairlead, traefik] = [names.fairlead, names.traefik].map((name) => (name ? `\`${name}\`` : '–'));
  const place = field === 'pathMatcher' ? '–' : `\`${field}\``;
  const effect = does[effectTables.IngressRoute[decidingField(entry)]?.kind ?? 'now'];
  return `| ${fairlead} | ${traefik} | ${on} | ${expected} | ${place} | ${effect} |`;
}
