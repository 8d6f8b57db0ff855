import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { watchedKindOf } from '../../../src/api/kubernetes.ts';
import { trimObject } from '../../../src/api/trim.ts';
import type { KubeObject } from '../../../src/model/cluster.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { matchLinear } from '../../../src/routing/linear.ts';
import { endpointsOf } from '../../../src/translate/endpoints.ts';
import type { TranslateOptions } from '../../../src/translate/options.ts';
import { Translator } from '../../../src/translate/translator.ts';
import { viewOfLine } from '../../support/request-line.ts';
import { MemoryView } from './memory-view.ts';
import { options } from './objects.ts';

/**
 * A fixture case is a folder: `cluster.yaml` goes in; `plan.json`, `diagnostics.json` and `endpoints.json` come out, and
 * `requests.txt` says which route a request takes. `options.json` holds translate options that differ from the usual.
 */
export interface FixtureCase {
  readonly name: string;
  /** What each expected file must hold. */
  readonly expected: Readonly<Record<string, string>>;
}

export const fixturesFolder = join(import.meta.dirname, '../../fixtures');

const inputs: readonly string[] = ['cluster.yaml', 'options.json', 'requests.txt'];

const optionNames: ReadonlySet<string> = new Set(Object.keys(options));

export function fixtureNames(): readonly string[] {
  return globSync('*/cluster.yaml', { cwd: fixturesFolder })
    .map((file) => basename(join(file, '..')))
    .toSorted();
}

/** Runs a case. Throws where its folder holds what no case knows, or its files do not make sense. */
export function runFixture(name: string): FixtureCase {
  const folder = join(fixturesFolder, name);
  const view = new MemoryView(readObjects(join(folder, 'cluster.yaml')));
  const translator = new Translator(readOptions(join(folder, 'options.json')));
  translator.update(view, 'everything');
  const plan = translator.plan();
  const expected: Record<string, string> = {
    'plan.json': toText(plan),
    'diagnostics.json': toText(translator.diagnostics()),
  };
  if (view.list('EndpointSlice').length > 0) {
    const endpoints = plan.services.map((one) => ({ service: one.key, endpoints: endpointsOf(one, view) }));
    expected['endpoints.json'] = toText(endpoints);
  }
  const requests = join(folder, 'requests.txt');
  if (existsSync(requests)) expected['requests.txt'] = answerRequests(readFileSync(requests, 'utf8'), plan);
  const known = new Set([...inputs, ...Object.keys(expected)]);
  const strays = readdirSync(folder).filter((file) => !known.has(file));
  if (strays.length > 0) throw new Error(`${name} holds files that no case knows: ${strays.join(', ')}`);
  return { name, expected };
}

function readObjects(file: string): readonly KubeObject[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).map((document, index) => {
    if (document.errors.length > 0) throw document.errors[0];
    const raw: unknown = document.toJS();
    const kind = watchedKindOf(Object(raw).apiVersion, Object(raw).kind);
    if (kind === undefined) {
      throw new Error(`${file}: document ${index + 1} is of no kind that is watched`);
    }
    const trimmed = trimObject(kind, raw);
    if (trimmed.kind === 'unfit') throw new Error(`${file}: document ${index + 1}: ${trimmed.path}`);
    return trimmed.object;
  });
}

function readOptions(file: string): TranslateOptions {
  if (!existsSync(file)) return options;
  const changed: object = JSON.parse(readFileSync(file, 'utf8'));
  const unknown = Object.keys(changed).filter((name) => !optionNames.has(name));
  if (unknown.length > 0) throw new Error(`${file}: unknown options ${unknown.join(', ')}`);
  return { ...options, ...changed };
}

function toText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Writes behind each request the id of the route that takes it, and FAIL with the reason where that answers an error. */
function answerRequests(text: string, plan: Plan): string {
  const lines = text.split('\n').map((line) => {
    if (line === '' || line.startsWith('#')) return line;
    const request = line.replace(/ -> .*$/, '');
    const route = matchLinear(plan.routes, viewOfLine(request));
    const answer =
      route === undefined
        ? '404'
        : route.action.kind === 'fail'
          ? `${route.id} FAIL ${route.action.reason}`
          : route.id;
    return `${request} -> ${answer}`;
  });
  return lines.join('\n');
}
