import type { Json, JsonObject } from '../json.ts';
import type { FieldError } from '../resource-type.ts';
import type { Schema, ValidationRule } from '../schema.ts';
import { type Budget, evaluate, type Scope } from './cel/evaluate.ts';
import { fieldSchema, fromJson } from './cel/from-json.ts';
import { usesName } from './cel/names.ts';
import { parseCel } from './cel/parse.ts';
import { CelBudgetError, CelError, CelSyntaxError, type Node } from './cel/syntax.ts';
import { isList, isMap, type Value } from './cel/values.ts';
import { duplicate, forbidden, invalidValue, required } from './field-errors.ts';
import type { Patterns } from './pattern.ts';
import { inside, type Place, pathOf } from './place.ts';
import { areEqual, canonicalJson, getOwn, isObject } from './values.ts';

/** What one rule may spend on one value (Kubernetes PerCallLimit), and all rules on one object together. */
const ruleBudget = 1_000_000;
const objectBudget = 5_000_000;

/** True if the schema has a CEL rule anywhere. */
export function hasRules(schema: Schema): boolean {
  const todo: Schema[] = [schema];
  for (let next = todo.pop(); next; next = todo.pop()) {
    if (next['x-kubernetes-validations']?.length) return true;
    if (next.items) todo.push(next.items);
    if (typeof next.additionalProperties === 'object') todo.push(next.additionalProperties);
    todo.push(...Object.values(next.properties ?? {}));
  }
  return false;
}

/**
 * Runs the CEL rules of a schema over an object that the schema proper found nothing wrong with. A rule that speaks of
 * `oldSelf` is run in updates only; any other is forgiven where the value did not change.
 */
export function checkRules(
  schema: Schema,
  object: JsonObject,
  existing: JsonObject | null,
  patterns: Patterns,
): FieldError[] {
  const run = new Run(patterns);
  const old: Side | undefined = existing ? { json: existing, cel: fromJson(schema, existing) } : undefined;
  run.walk(schema, { json: object, cel: fromJson(schema, object) }, old, null);
  return run.errors;
}

/** A value in both its forms. */
interface Side {
  readonly json: Json;
  readonly cel: Value;
}

class Run {
  readonly errors: FieldError[] = [];
  readonly #patterns: Patterns;
  readonly #parsed = new Map<string, Node | string>();
  #budget = objectBudget;

  constructor(patterns: Patterns) {
    this.#patterns = patterns;
  }

  walk(schema: Schema, now: Side, old: Side | undefined, place: Place): void {
    if (now.json === null || this.#budget < 0) return;
    for (const rule of schema['x-kubernetes-validations'] ?? [])
      this.#check(rule, schema, { now, old, place });
    if (Array.isArray(now.json) && isList(now.cel) && schema.items) {
      const before = old && oldItems(schema, old);
      for (const [index, json] of now.json.entries()) {
        const item = { json, cel: now.cel[index] ?? null };
        this.walk(schema.items, item, before?.get(keyOf(schema, json)), inside(place, index));
      }
    } else if (isObject(now.json) && isMap(now.cel)) this.#walkFields(schema, now, old, place);
  }

  #walkFields(schema: Schema, now: Side, old: Side | undefined, place: Place): void {
    if (!isObject(now.json)) return;
    for (const [key, json] of Object.entries(now.json)) {
      const field = fieldSchema(schema, key);
      if (!field || json === undefined || !isMap(now.cel)) continue;
      this.walk(
        field,
        { json, cel: now.cel.get(key) ?? null },
        old && oldField(old, key),
        inside(place, key),
      );
    }
  }

  #check(
    rule: ValidationRule,
    schema: Schema,
    where: { now: Side; old: Side | undefined; place: Place },
  ): void {
    if (this.#budget < 0) return;
    const { now, old, place } = where;
    const path = pathOf(place);
    const node = this.#parse(rule.rule);
    if (typeof node === 'string') {
      this.#fail(path, schema, `${node} evaluating rule: ${nameOf(rule)}`);
      return;
    }
    const isTransition = usesName(node, 'oldSelf');
    if (isTransition && !old && !rule.optionalOldSelf) return;
    const scope = scopeOf(rule, now, old);
    try {
      const result = this.#evaluate(node, scope);
      if (result === true || (!isTransition && old && areEqual(now.json, old.json))) return;
      this.errors.push(broken(rule, path, this.#message(rule, scope), now.json));
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      this.#failed(error, { rule, schema, path });
    }
  }

  #failed(
    error: CelError,
    { rule, schema, path }: { rule: ValidationRule; schema: Schema; path: string },
  ): void {
    if (!(error instanceof CelBudgetError)) {
      this.#fail(path, schema, `${error.message} evaluating rule: ${nameOf(rule)}`);
      return;
    }
    this.#budget = -1;
    const detail =
      'validation failed due to running out of cost budget, no further validation rules will be run';
    this.#fail(path, schema, detail);
  }

  #fail(path: string, schema: Schema, detail: string): void {
    this.errors.push(invalidValue(path === '' ? '<nil>' : path, schema.type ?? '', detail));
  }

  #evaluate(node: Node, scope: Scope): Value {
    const limit = Math.min(ruleBudget, this.#budget);
    const budget: Budget = { left: limit };
    try {
      return evaluate(node, scope, { budget, patterns: this.#patterns });
    } finally {
      this.#budget -= limit - budget.left;
    }
  }

  #parse(source: string): Node | string {
    const known = this.#parsed.get(source);
    if (known !== undefined) return known;
    const parsed = parseOrWhy(source);
    this.#parsed.set(source, parsed);
    return parsed;
  }

  #message(rule: ValidationRule, scope: Scope): string {
    const node = rule.messageExpression ? this.#parse(rule.messageExpression) : '';
    if (typeof node !== 'string') {
      try {
        const text = this.#evaluate(node, scope);
        if (typeof text === 'string' && text.trim() !== '' && !text.includes('\n')) return text.trim();
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
      }
    }
    return rule.message?.trim() || `failed rule: ${rule.rule.trim()}`;
  }
}

function parseOrWhy(source: string): Node | string {
  try {
    return parseCel(source);
  } catch (error) {
    if (error instanceof CelSyntaxError) return error.message;
    throw error;
  }
}

function nameOf({ message, rule }: ValidationRule): string {
  return message?.trim() || rule.trim();
}

function scopeOf({ optionalOldSelf }: ValidationRule, now: Side, old: Side | undefined): Scope {
  const self: Scope = { name: 'self', value: now.cel, outer: null };
  if (optionalOldSelf) return { name: 'oldSelf', value: { kind: 'optional', value: old?.cel }, outer: self };
  return old ? { name: 'oldSelf', value: old.cel, outer: self } : self;
}

function broken(rule: ValidationRule, path: string, message: string, value: Json): FieldError {
  const whole = `${path}${rule.fieldPath ?? ''}`.replace(/^\./, '');
  const field = whole === '' ? '<nil>' : whole;
  switch (rule.reason) {
    case 'FieldValueRequired':
      return required(field, message);
    case 'FieldValueForbidden':
      return forbidden(field, message);
    case 'FieldValueDuplicate':
      return duplicate(field, value);
    default:
      return invalidValue(field, undefined, message);
  }
}

function oldField(old: Side, key: string): Side | undefined {
  const json = isObject(old.json) ? getOwn(old.json, key) : undefined;
  if (json === undefined || json === null) return undefined;
  return { json, cel: isMap(old.cel) ? (old.cel.get(key) ?? null) : null };
}

/** Only items of map lists can be told to be the same as before: by their keys. */
function oldItems(schema: Schema, old: Side): Map<string, Side> | undefined {
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old.json)) return undefined;
  const { cel } = old;
  return new Map(
    old.json.map((json, index) => [
      keyOf(schema, json),
      { json, cel: isList(cel) ? (cel[index] ?? null) : null },
    ]),
  );
}

function keyOf(schema: Schema, item: Json): string {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  return canonicalJson(keys.map((key) => (isObject(item) ? (getOwn(item, key) ?? null) : null)));
}
