import type { Schema } from '../schema.ts';
import type { Findings } from './findings.ts';
import { type Place, pathOf } from './place.ts';

/**
 * Checks the value in question against another schema, apart from what was found so far.
 *
 * @param isQuiet findings are counted but not worded
 */
export type Attempt = (schema: Schema, isQuiet: boolean) => Findings;

/** `anyOf`, `oneOf`, `allOf` and `not`, worded as by the API server, which names no field for these. */
export function checkAlternatives(schema: Schema, place: Place, findings: Findings, attempt: Attempt): void {
  const { anyOf, oneOf, allOf, not } = schema;
  if (anyOf?.length) checkAnyOf(anyOf, place, findings, attempt);
  if (oneOf?.length) checkOneOf(oneOf, place, findings, attempt);
  if (allOf?.length) checkAllOf(allOf, place, findings, attempt);
  if (not && attempt(not, true).count === 0) {
    findings.nowhere(place, `${quoted(place)} must not validate the schema (not)`);
  }
}

function checkAnyOf(schemas: readonly Schema[], place: Place, findings: Findings, attempt: Attempt): void {
  const tried = tryAll(schemas, findings, attempt, 1);
  if (tried.valid > 0) return;
  findings.nowhere(place, `${quoted(place)} must validate at least one schema (anyOf)`);
  if (tried.best) addAll(attempt(tried.best, false), findings);
}

function checkOneOf(schemas: readonly Schema[], place: Place, findings: Findings, attempt: Attempt): void {
  const { valid, best } = tryAll(schemas, findings, attempt, schemas.length);
  if (valid === 1) return;
  const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
  findings.nowhere(place, `${quoted(place)} must validate one and only one schema (oneOf). ${found}`);
  if (valid === 0 && best) addAll(attempt(best, false), findings);
}

/** How many fit, and which of those that do not comes nearest. Stops when as many fit as are asked for. */
function tryAll(
  schemas: readonly Schema[],
  findings: Findings,
  attempt: Attempt,
  enough: number,
): { valid: number; best: Schema | undefined } {
  let valid = 0;
  let best: Schema | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const schema of schemas) {
    if (findings.isSpent || valid >= enough) break;
    const { count } = attempt(schema, true);
    if (count === 0) valid += 1;
    else if (count < least) {
      least = count;
      best = schema;
    }
  }
  return { valid, best };
}

function checkAllOf(schemas: readonly Schema[], place: Place, findings: Findings, attempt: Attempt): void {
  const broken = schemas.map((schema) => attempt(schema, false)).filter(({ count }) => count > 0);
  for (const one of broken) addAll(one, findings);
  if (broken.length === 0) return;
  const none = broken.length === schemas.length ? '. None validated' : '';
  findings.nowhere(place, `${quoted(place)} must validate all the schemas (allOf)${none}`);
}

function addAll(from: Findings, to: Findings): void {
  for (const { place, error } of from.list) to.add(place, error);
}

function quoted(place: Place): string {
  return JSON.stringify(pathOf(place));
}
