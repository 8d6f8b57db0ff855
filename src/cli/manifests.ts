import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml';
import { byCodeUnit } from '../model/order.ts';
import { readText } from './read-text.ts';

/** One object of a manifest and where it stands. */
export interface Manifest {
  readonly file: string;
  readonly object: ManifestObject;
  /** Where a field stands; the nearest parent that exists, where the field does not. Both count from 1. */
  positionOf(path: string): Position;
}

export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string } & Readonly<
    Record<string, unknown>
  >;
  readonly [field: string]: unknown;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What keeps a file, or a document of it, from being read as Kubernetes objects. */
export interface ManifestProblem extends Position {
  readonly file: string;
  readonly message: string;
}

export interface Manifests {
  readonly manifests: readonly Manifest[];
  readonly problems: readonly ManifestProblem[];
  /** Every file that was read, sorted. */
  readonly files: readonly string[];
}

const manifestName = /\.(ya?ml|json)$/i;
/** Larger files are no manifests that a person wrote. */
const mostBytes = 64 * 1024 * 1024;

/** A path that cannot be read. Its message is one sentence for the person who gave the path. */
export class PathError extends Error {}

/**
 * All manifest files at and below the paths, sorted; hidden entries and node_modules are passed over. What several paths or
 * links lead to stands in the list once.
 */
export function findManifestFiles(paths: readonly string[]): string[] {
  const files: string[] = [];
  const seen = new Set<string>();
  const visit = (path: string, named: boolean): void => {
    if (!named && !manifestName.test(path) && !exists(path)) return;
    const stat = statOf(path);
    const isWanted = stat.isDirectory() || named || (stat.isFile() && manifestName.test(path));
    const place = realPathOf(path);
    if (!isWanted || seen.has(place)) return;
    seen.add(place);
    if (!stat.isDirectory()) files.push(path);
    else {
      for (const name of orPathError(path, () => readdirSync(path)).toSorted(byCodeUnit)) {
        if (!name.startsWith('.') && name !== 'node_modules') visit(join(path, name), false);
      }
    }
  };
  for (const path of paths) visit(path, true);
  return files;
}

/**
 * Reads the manifests at and below the paths; `-` stands for standard input. Throws `PathError` where a path does not exist
 * or cannot be read.
 */
export function loadManifests(paths: readonly string[], readStandardInput: () => string): Manifests {
  const files = findManifestFiles(paths.filter((path) => path !== '-'));
  const read = files.map(readManifests);
  if (paths.includes('-')) read.unshift(parseManifests('-', orPathError('-', readStandardInput)));
  return {
    files,
    manifests: read.flatMap(({ manifests }) => manifests),
    problems: read.flatMap(({ problems }) => problems),
  };
}

/** Reads one file. Throws `PathError` where it cannot be read. */
export function readManifests(file: string): Omit<Manifests, 'files'> {
  const text = orPathError(file, () => readText(file, mostBytes));
  if (text !== null) return parseManifests(file, text);
  const message = 'the file is larger than 64 MiB';
  return { manifests: [], problems: [{ file, line: 1, column: 1, message }] };
}

/** Reads the documents of one file; a List stands for its items. */
export function parseManifests(file: string, text: string): Omit<Manifests, 'files'> {
  const manifests: Manifest[] = [];
  const problems: ManifestProblem[] = [];
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, logLevel: 'silent', merge: true });
  for (const document of Array.isArray(documents) ? documents : []) {
    const at = (offset: number): Position => positionAt(lines, offset);
    for (const { pos, message } of document.errors) {
      problems.push({ file, ...at(pos[0]), message: firstLine(message) });
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    const start = at(document.contents.range?.[0] ?? 0);
    const value = valueOfDocument(document);
    if (value instanceof Error) problems.push({ file, ...start, message: firstLine(value.message) });
    else if (value !== null)
      collect(file, value, (path) => positionIn(document, path, at), { manifests, problems });
  }
  return { manifests, problems };
}

function collect(
  file: string,
  value: unknown,
  positionOf: (path: readonly (string | number)[]) => Position,
  out: { manifests: Manifest[]; problems: ManifestProblem[] },
): void {
  if (isRecord(value) && value.kind === 'List' && Array.isArray(value.items)) {
    for (const [index, item] of value.items.entries()) {
      collect(file, item, (path) => positionOf(['items', index, ...path]), out);
    }
    return;
  }
  if (isKustomization(value)) return;
  const problem = problemOf(value);
  if (problem !== null) out.problems.push({ file, ...positionOf([]), message: problem });
  else {
    const object = value as ManifestObject;
    out.manifests.push({ file, object, positionOf: (path) => positionOf(parsePath(path)) });
  }
}

/** A file for kustomize, which stands among manifests and is none. */
function isKustomization(value: unknown): boolean {
  return isRecord(value) && String(value.apiVersion).startsWith('kustomize.config.k8s.io/');
}

function problemOf(value: unknown): string | null {
  if (!isRecord(value)) return 'this is no Kubernetes object';
  for (const field of ['apiVersion', 'kind'] as const) {
    if (typeof value[field] !== 'string' || value[field] === '')
      return `a Kubernetes object needs the field ${field}`;
  }
  const { metadata } = value;
  if (!isRecord(metadata)) return 'a Kubernetes object needs the field metadata';
  if (typeof metadata.name !== 'string' || metadata.name === '') {
    return 'a Kubernetes object needs the field metadata.name';
  }
  if (metadata.namespace !== undefined && typeof metadata.namespace !== 'string') {
    return 'metadata.namespace must be text';
  }
  return null;
}

function valueOfDocument(document: Document): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    if (isCircular(value)) return new Error('an anchor contains itself');
    return value;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** An object of Kubernetes is JSON, which a circle cannot be written as. */
function isCircular(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return false;
  } catch (error) {
    if (error instanceof RangeError) throw error;
    return true;
  }
}

/** `spec.routes[0].match` and `metadata.annotations["a.b/c"]` as the keys to walk along. */
function parsePath(path: string): (string | number)[] {
  const keys: (string | number)[] = [];
  for (const [, name, index, quoted] of path.matchAll(/([^.[\]]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g)) {
    if (quoted !== undefined) keys.push(JSON.parse(quoted));
    else if (index !== undefined) keys.push(Number(index));
    else if (name !== undefined) keys.push(name);
  }
  return keys;
}

function positionIn(
  document: Document,
  path: readonly (string | number)[],
  at: (offset: number) => Position,
): Position {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const key of path) {
    node = behindAlias(node, document);
    if (isMap(node)) {
      const pair = pairOf(node, String(key), document);
      if (pair === undefined) break;
      offset = offsetOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof key === 'number' && key < node.items.length) {
      node = node.items[key];
      offset = offsetOf(node) ?? offset;
    } else break;
  }
  return at(offset);
}

/** What an alias stands for, so that a field is found where it is written: at the anchor. */
function behindAlias(node: unknown, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** The entry of a key; where there is none, that of a map which is merged in by `<<`. */
function pairOf(map: YAMLMap, key: string, document: Document, depth = 8): Pair | undefined {
  const own = map.items.find((item) => isNode(item.key) && String(item.key) === key);
  if (own !== undefined || depth === 0) return own;
  for (const item of map.items) {
    if (!isMergeKey(item.key)) continue;
    const merged = behindAlias(item.value, document);
    for (const source of isSeq(merged) ? merged.items : [merged]) {
      const other = behindAlias(source, document);
      const found = isMap(other) ? pairOf(other, key, document, depth - 1) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** `<<`, which the parser makes a symbol of where it merges. */
function isMergeKey(key: unknown): boolean {
  if (!isScalar(key)) return false;
  return key.value === '<<' || (typeof key.value === 'symbol' && key.value.description === '<<');
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined;
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function orPathError<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw new PathError(`${path}: ${error instanceof Error ? firstLine(error.message) : error}`);
  }
}

/** False also for a link that leads in a circle. */
function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** The same for all ways to one file or folder; the path itself where that cannot be told, as of a pipe. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function statOf(path: string) {
  const stat = orPathError(path, () => statSync(path, { throwIfNoEntry: false }));
  if (stat === undefined) throw new PathError(`${path}: there is no such file or folder`);
  return stat;
}

function firstLine(message: string): string {
  const [line = ''] = message.split('\n');
  if (/call stack|Stack overflow/.test(line)) return 'the document is nested too deeply';
  return line.replace(/ at line \d+, column \d+:?$/, '');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
