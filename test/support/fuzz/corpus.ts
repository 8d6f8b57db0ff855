import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readByOracle, type Setting, type TargetName } from './targets.ts';

/** One input of the corpus, and what has to be made of it. */
export interface CorpusCase {
  /** One character per byte; `[text, count]` stands for a text repeated. */
  readonly input: string | readonly (string | readonly [string, number])[];
  /** The events of the oracle, one line each. */
  readonly verdict: readonly string[];
  readonly limits?: Setting['limits'];
  readonly method?: Setting['method'];
}

/** A file of the corpus: inputs of one class. */
export interface CorpusFile {
  readonly why: string;
  readonly cases: readonly CorpusCase[];
}

const root = join(import.meta.dirname, '../../corpus/http1');

/** All files of one target, by name. */
export function corpusOf(target: TargetName): (readonly [string, CorpusFile])[] {
  const paths = globSync(join(root, target, '*.json')).toSorted();
  return paths.map((path) => [basename(path, '.json'), JSON.parse(readFileSync(path, 'utf8')) as CorpusFile]);
}

/** Folders of the corpus, which are the names of targets. */
export function corpusFolders(): string[] {
  return [...new Set(globSync(join(root, '*/*')).map((path) => basename(dirname(path))))].toSorted();
}

export function inputOf({ input }: CorpusCase): string {
  if (typeof input === 'string') return input;
  return input.map((part) => (typeof part === 'string' ? part : part[0].repeat(part[1]))).join('');
}

export function settingOf({ limits, method }: CorpusCase): Setting {
  return { limits: limits ?? 'documented', method: method ?? 'GET' };
}

/** Writes what was found as a file of its own, with the oracle's verdict, and returns its path. */
export function addToCorpus(target: TargetName, setting: Setting, input: string, why: string): string {
  const verdict = readByOracle(target, setting, input).events.map(({ text }) => text);
  const name = `found-${createHash('sha1').update(input, 'latin1').digest('hex').slice(0, 10)}`;
  const path = join(root, target, `${name}.json`);
  writeFileSync(path, corpusText({ why, cases: [{ input, verdict, ...setting }] }));
  return path;
}

/** A file's text: bytes that are no visible ASCII are escaped. */
export function corpusText(file: CorpusFile): string {
  const text = JSON.stringify(file, null, 2);
  return `${text.replace(/[\x7f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
