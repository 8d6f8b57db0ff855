import { after } from 'node:test';
import { TestProxy } from './raw/test-proxy.ts';
import { until } from './raw/until.ts';

const before = count(process.getActiveResourcesInfo());

/**
 * What keeps this process alive beyond what was there when this file was loaded, and what closed things still hold. Sockets
 * that were destroyed take a turn or two to go, so the caller asks again.
 */
function leaks(): readonly string[] {
  const found: string[] = [];
  for (const [kind, number] of count(process.getActiveResourcesInfo())) {
    const more = number - (before.get(kind) ?? 0);
    if (more > 0 && !passing.has(kind)) found.push(`${more} ${kind}`);
  }
  for (const proxy of TestProxy.started) found.push(...proxy.leftovers());
  return found;
}

function count(kinds: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** What comes and goes with the waiting itself, or with the output of the tests. */
const passing: ReadonlySet<string> = new Set(['Immediate', 'TTYWrap', 'PipeWrap', 'CloseReq']);

// Loading this file is asking for the check: a hook of the whole file cannot be added from inside of one of its tests.
after(async () => {
  // One timer is that of the waiting.
  const isLeft = (leak: string): boolean => leak !== '1 Timeout';
  await until(() => !leaks().some(isLeft), 'nothing to be left', 5_000).catch(() => {});
  const left = leaks();
  if (left.length === 0) return;
  // What is left keeps the process alive, and the failure would be told only when the runner loses patience.
  setTimeout(() => process.exit(1), 1_000).unref();
  throw new Error(`left behind by the tests of this file: ${left.join(', ')}`);
});
