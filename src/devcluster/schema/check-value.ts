import type { Json, JsonObject } from '../json.ts';
import type { Schema } from '../schema.ts';
import { checkAlternatives } from './check-alternatives.ts';
import { checkNumber, checkText } from './check-scalar.ts';
import { notSupported, required, tooMany } from './field-errors.ts';
import type { Findings } from './findings.ts';
import { objectMetaSchema } from './object-meta-schema.ts';
import { childPath } from './path.ts';
import { inside, type Place, pathOf } from './place.ts';
import { areEqual, canonicalJson, getOwn, isObject, typeName } from './values.ts';

/** Checks a value against its schema, in the order of the API server (kube-openapi SchemaValidator). */
export function checkValue(schema: Schema, value: Json, place: Place, findings: Findings): void {
  if (!findings.mayGoOn(1 + (schema.enum?.length ?? 0) / 10)) return;
  checkType(schema, value, place, findings);
  if (value === null) return;
  checkAlternatives(schema, place, findings, (alternative, isQuiet) => {
    const apart = findings.apart(isQuiet);
    checkValue(alternative, value, place, apart);
    return apart;
  });
  if (typeof value === 'string') checkText(schema, value, place, findings);
  if (typeof value === 'number') checkNumber(schema, value, place, findings);
  if (Array.isArray(value)) checkItems(schema, value, place, findings);
  checkEnum(schema, value, place, findings);
  if (isObject(value)) checkObject(schema, value, place, findings);
}

function checkType(schema: Schema, value: Json, place: Place, findings: Findings): void {
  if (value === null && schema.nullable === true) return;
  const actual = typeName(value);
  if (schema['x-kubernetes-int-or-string'] === true) {
    if (actual !== 'integer' && actual !== 'string') findings.wrongType(place, 'integer,string', actual);
    return;
  }
  const { type } = schema;
  if (type === undefined || type === actual || (type === 'number' && actual === 'integer')) return;
  findings.wrongType(place, type, actual);
}

function checkEnum(schema: Schema, value: Json, place: Place, findings: Findings): void {
  if (!schema.enum || schema.enum.some((allowed) => areEqual(allowed, value))) return;
  const supported = (findings.isWorded ? schema.enum : []).map((allowed) =>
    typeof allowed === 'string' ? allowed : JSON.stringify(allowed),
  );
  findings.add(place, notSupported(pathOf(place), value, supported));
}

function checkItems(schema: Schema, items: Json[], place: Place, findings: Findings): void {
  const { minItems, maxItems, items: itemSchema } = schema;
  if (minItems !== undefined && items.length < minItems) {
    findings.invalid(place, items.length, `should have at least ${minItems} items`);
  }
  if (maxItems !== undefined && items.length > maxItems) {
    findings.add(place, tooMany(pathOf(place), items.length, maxItems));
    return;
  }
  if (schema.uniqueItems && new Set(items.map((item) => canonicalJson(item))).size < items.length) {
    findings.invalid(place, '', "shouldn't contain duplicates");
  }
  if (!itemSchema) return;
  for (const [index, item] of items.entries()) {
    if (findings.isSpent) return;
    checkValue(itemSchema, item, inside(place, index), findings);
  }
}

function checkObject(schema: Schema, object: JsonObject, place: Place, findings: Findings): void {
  const entries = Object.entries(object).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  const { minProperties, maxProperties } = schema;
  if (minProperties !== undefined && entries.length < minProperties) {
    findings.invalid(place, entries.length, `should have at least ${minProperties} properties`);
  }
  if (maxProperties !== undefined && entries.length > maxProperties) {
    findings.add(place, tooMany(pathOf(place), entries.length, maxProperties));
    return;
  }
  for (const [key, value] of entries) {
    if (findings.isSpent) return;
    checkField(schema, { key, value }, place, findings);
  }
  for (const key of schema.required ?? []) {
    if (getOwn(object, key) === undefined) findings.add(place, required(childPath(pathOf(place), key)));
  }
}

function checkField(
  schema: Schema,
  field: { key: string; value: Json },
  place: Place,
  findings: Findings,
): void {
  const inner = fieldSchema(schema, field.key);
  if (inner) checkValue(inner, field.value, inside(place, field.key), findings);
}

function fieldSchema(schema: Schema, key: string): Schema | undefined {
  const property = schema.properties && getOwn(schema.properties, key);
  if (property) return property;
  if (typeof schema.additionalProperties === 'object') return schema.additionalProperties;
  return schema['x-kubernetes-embedded-resource'] && key === 'metadata' ? objectMetaSchema() : undefined;
}
