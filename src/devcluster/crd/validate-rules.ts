import type { Json, JsonObject } from '../json.ts';
import type { FieldError } from '../resource-type.ts';
import { checkCel } from '../schema/cel/check.ts';
import { parseCel } from '../schema/cel/parse.ts';
import { CelSyntaxError } from '../schema/cel/syntax.ts';
import { invalidValue, notSupported, required } from '../schema/field-errors.ts';
import { childPath, itemPath, keyPath } from '../schema/path.ts';
import { isObject } from '../schema/values.ts';
import type { Schema, ValidationRule } from '../schema.ts';

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** What is wrong with the CEL rules of a schema, before any of them is run. */
export function validateRules(schema: Schema, path: string): FieldError[] {
  return [...walk(withTypeMeta(schema), path)];
}

function* walk(schema: Schema, path: string): Generator<FieldError> {
  const at = childPath(path, 'x-kubernetes-validations');
  for (const [index, rule] of (schema['x-kubernetes-validations'] ?? []).entries()) {
    yield* ruleProblems(rule, schema, itemPath(at, index));
  }
  if (schema.items) yield* walk(schema.items, childPath(path, 'items'));
  if (typeof schema.additionalProperties === 'object') {
    yield* walk(schema.additionalProperties, childPath(path, 'additionalProperties'));
  }
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const inner = property['x-kubernetes-embedded-resource'] ? withTypeMeta(property) : property;
    yield* walk(inner, keyPath(childPath(path, 'properties'), key));
  }
}

/** Rules about a whole resource see its kind and its name, whatever the schema says of them. */
function withTypeMeta(schema: Schema): Schema {
  const text: Schema = { type: 'string' };
  return {
    ...schema,
    properties: {
      ...schema.properties,
      apiVersion: text,
      kind: text,
      metadata: { type: 'object', properties: { name: text, generateName: text } },
    },
  };
}

function ruleProblems(rule: ValidationRule, schema: Schema, path: string): FieldError[] {
  if (!isObject(rule) || typeof rule.rule !== 'string' || rule.rule.trim() === '') {
    return [required(childPath(path, 'rule'), 'rule is not specified')];
  }
  const errors = expressionProblems(rule, rule.rule, schema, childPath(path, 'rule'));
  if (rule.messageExpression) {
    const at = childPath(path, 'messageExpression');
    errors.push(...expressionProblems(rule, rule.messageExpression, schema, at));
  }
  if (rule.reason && !reasons.includes(rule.reason)) {
    errors.push(notSupported(childPath(path, 'reason'), rule.reason, reasons));
  }
  return errors;
}

function expressionProblems(
  rule: ValidationRule,
  source: string,
  schema: Schema,
  path: string,
): FieldError[] {
  const problem = firstProblem(source, schema);
  if (problem === undefined) return [];
  return [invalidValue(path, printed(rule), `compilation failed: ERROR: ${located(source, problem)}`)];
}

function firstProblem(source: string, schema: Schema): { message: string; at: number } | undefined {
  try {
    const self = schema['x-kubernetes-int-or-string'] ? null : schema;
    return checkCel(parseCel(source), { self, oldSelf: null })[0];
  } catch (error) {
    if (error instanceof CelSyntaxError) return { message: error.message, at: error.at };
    throw error;
  }
}

/** As the compiler of CEL prints it: the line, and below it where the problem is. */
function located(source: string, { message, at }: { message: string; at: number }): string {
  const before = source.slice(0, at).split('\n');
  const column = before.at(-1)?.length ?? 0;
  const line = source.split('\n')[before.length - 1] ?? '';
  return `<input>:${before.length}:${column + 1}: ${message}\n | ${line}\n | ${'.'.repeat(column)}^`;
}

/** As the API server prints a rule. */
function printed(rule: ValidationRule): JsonObject {
  const orNull = (value: Json | undefined) => value ?? null;
  return {
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: orNull(rule.reason),
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: orNull(rule.optionalOldSelf),
  };
}
