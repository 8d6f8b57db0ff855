import type { Json, JsonObject } from '../json.ts';
import type { FieldError } from '../resource-type.ts';
import type { Schema } from '../schema.ts';
import { checkLists } from './check-lists.ts';
import { checkRules, hasRules } from './check-rules.ts';
import { checkValue } from './check-value.ts';
import { invalidValue } from './field-errors.ts';
import { type Finding, Findings } from './findings.ts';
import { valueAt } from './place.ts';
import { areEqual } from './values.ts';

/**
 * Checks an object against its schema: types, ranges, formats, lists, and the CEL rules last. In an update, what breaks
 * a rule but was so before and did not change is forgiven (Kubernetes validation ratcheting).
 *
 * @param existing what the object replaces; null when it is new
 * @param earlier what was found before, for example in the metadata: some of it keeps the CEL rules from being run, and
 * a finding says so then. It is not part of the result.
 * @returns at most about 100 findings, none if the object is fine
 */
export function validateSchema(
  schema: Schema,
  object: JsonObject,
  existing: JsonObject | null,
  earlier: readonly FieldError[] = [],
): FieldError[] {
  const findings = new Findings();
  checkValue(schema, object, null, findings);
  checkLists(schema, object, null, findings);
  const found = forgive(findings.list, object, existing).map(({ error }) => error);
  if (!hasRules(schema)) return found;
  if ([...earlier, ...found].some(isBlocking)) return [...found, rulesSkipped()];
  return [...found, ...checkRules(schema, object, existing, findings.patterns)];
}

/** Kubernetes does not run rules on objects that may not have the shape the rules were written for. */
function isBlocking({ reason }: FieldError): boolean {
  return blocking.has(reason);
}

const blocking: ReadonlySet<FieldError['reason']> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

function rulesSkipped(): FieldError {
  const detail =
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
  return invalidValue('<nil>', null, detail);
}

function forgive(
  findings: readonly Finding[],
  object: JsonObject,
  existing: JsonObject | null,
): readonly Finding[] {
  if (existing === null) return findings;
  return findings.filter(({ place }) => {
    const value: Json | undefined = valueAt(object, place);
    const before = valueAt(existing, place);
    return before === undefined || !areEqual(value, before);
  });
}
