import fc from 'fast-check';
import { disagreement } from './disagreement.ts';
import { type Trial, trials } from './generators.ts';
import { minimise } from './minimise.ts';
import type { TargetName } from './targets.ts';

/** Where the proxy and the oracle read an input differently. */
export interface Finding {
  readonly trial: Trial;
  readonly difference: string;
}

/** Tries inputs of one seed until one is read differently, which is made as small as can be; null where there is none. */
export function search(target: TargetName, seed: number, count: number): Finding | null {
  const result = fc.check(
    fc.property(trials(target), (trial) => differs(target, trial) === null),
    { seed, numRuns: count },
  );
  if (!result.failed) return null;
  const [found] = result.counterexample ?? [];
  if (found === undefined) throw new Error(`${target}, seed ${seed}: no input tried in time`);
  const input = minimise(found.input, (shorter) => differs(target, { ...found, input: shorter }) !== null);
  const trial = { ...found, input };
  return { trial, difference: differs(target, trial) ?? 'not found again' };
}

/** A throw is a difference too. */
function differs(target: TargetName, { setting, input, sizes }: Trial): string | null {
  try {
    return disagreement(target, setting, input, sizes);
  } catch (cause) {
    return `threw ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`;
  }
}
