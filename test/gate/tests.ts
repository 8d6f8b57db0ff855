import { globSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { run } from 'node:test';
import { inspect } from 'node:util';

export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Runs test files, each in a process of its own, and prints every failure and the reason of every skip. A file in which no
 * test ran fails: a green run that ran nothing proves nothing.
 */
export async function runTests(...patterns: readonly string[]): Promise<TestCounts> {
  const files = new Set(globSync([...patterns]).map((file) => resolve(file)));
  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0 };
  const seen = new Set<string>();
  const errors = new Map<string, string>();
  for await (const event of run({ files: [...files].toSorted(), concurrency: 2, timeout: 120_000 })) {
    if (event.type === 'test:stderr') {
      const { file, message } = event.data;
      errors.set(file, `${errors.get(file) ?? ''}${message}`.slice(-10_000));
    }
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { name, details, skip, file } = event.data;
    const isFile = event.data.nesting === 0 && files.has(resolve(name));
    const source = resolve(isFile ? name : (file ?? name));
    if (!isFile) seen.add(source);
    if (details.type === 'suite' && event.type === 'test:pass') continue;
    if (skip !== undefined && skip !== false) {
      counts.skipped += 1;
      console.log(`  skipped: ${name}: ${skip === true ? 'no reason given' : skip}`);
    } else if (event.type === 'test:fail') {
      counts.failed += 1;
      seen.add(source);
      const why = isFile ? (errors.get(source) ?? describe(details.error)) : describe(details.error);
      console.log(`✖ ${relative('.', source)}${isFile ? '' : `: ${name}`}\n${indent(why)}`);
    } else if (!isFile) counts.passed += 1;
  }
  for (const file of [...files, ...(files.size === 0 ? patterns : [])]) {
    if (seen.has(file)) continue;
    counts.failed += 1;
    console.log(`✖ ${relative('.', file)}: no test ran`);
  }
  return counts;
}

function describe(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}
