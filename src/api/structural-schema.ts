import { z } from 'zod';
import { isRecord } from './field-path.ts';

/** A structural schema of a CRD (Kubernetes apiextensions.k8s.io/v1 JSONSchemaProps), the parts that are used. */
export interface StructuralSchema {
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema;
  readonly items?: StructuralSchema;
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-preserve-unknown-fields'?: true;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}

/** A CEL rule (Kubernetes ValidationRule). */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
}

/** The note that says what holds where a field is absent; for people, not for the API server. */
const absentNote = 'x-fairlead-default';

/** Keys that may be copied as they are, in the order in which a CRD shows them. */
const plainKeys = [
  'description',
  'type',
  'default',
  'enum',
  'format',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'required',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-validations',
] as const;

/** Turns a zod schema into a structural schema. Throws for what a CRD cannot say: that is a bug of the schema. */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  return convert(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', reused: 'inline' }), 'spec');
}

/** By field path (`routes[].match`), what holds where the field is absent and the API server writes no default. */
export function absentDefaults(schema: z.ZodType): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (node: unknown, path: string): void => {
    if (!isRecord(node)) return;
    const note = node[absentNote];
    if (typeof note === 'string') found.set(path, note);
    visit(node.items, `${path}[]`);
    if (!isRecord(node.properties)) return;
    for (const [name, child] of Object.entries(node.properties))
      visit(child, path === '' ? name : `${path}.${name}`);
  };
  visit(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', reused: 'inline' }), '');
  return found;
}

function convert(node: unknown, path: string): StructuralSchema {
  if (!isRecord(node)) throw new Error(`${path}: not a schema`);
  const known = [...plainKeys, 'properties', 'additionalProperties', 'items', 'anyOf', absentNote];
  const unknown = Object.keys(node).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw new Error(`${path}: a CRD has no ${unknown.join(', ')}`);
  const anyOf = node.anyOf;
  const own = Array.isArray(anyOf) ? intOrString(node, anyOf, path) : node;
  const plain = plainKeys.flatMap((key) => (own[key] === undefined ? [] : [[key, own[key]] as const]));
  return withIntegerFormat({ ...Object.fromEntries(plain), ...nested(node, path), ...extensions(own) });
}

/** Members of a union may not have types of their own in a structural schema; whole numbers and text are the one exception. */
function intOrString(
  node: Readonly<Record<string, unknown>>,
  members: readonly unknown[],
  path: string,
): Readonly<Record<string, unknown>> {
  const [number, text] = members;
  if (members.length !== 2 || !isRecord(number) || !isRecord(text)) throw new Error(`${path}: a union`);
  if (number.type !== 'integer' || text.type !== 'string') throw new Error(`${path}: not integer or string`);
  const { anyOf, ...rest } = node;
  const { type: integer, ...limits } = number;
  const { type: string, ...form } = text;
  return { ...rest, ...withoutUnsafeLimits(limits), ...form, [intOrStringKey]: true };
}

const intOrStringKey = 'x-kubernetes-int-or-string';

function extensions(node: Readonly<Record<string, unknown>>): StructuralSchema {
  return node[intOrStringKey] === true ? { 'x-kubernetes-int-or-string': true } : {};
}

/** `additionalProperties: false` may not stand beside `properties`; the API server prunes what it does not know anyway. */
function nested(node: Readonly<Record<string, unknown>>, path: string): StructuralSchema {
  if (node.items !== undefined) return { items: convert(node.items, `${path}[]`) };
  const more = node.additionalProperties;
  if (isRecord(more) && Object.keys(more).length === 0)
    return { 'x-kubernetes-preserve-unknown-fields': true };
  if (isRecord(more)) return { additionalProperties: convert(more, `${path}{}`) };
  if (!isRecord(node.properties)) return {};
  const entries = Object.entries(node.properties);
  const properties = entries.map(([name, child]) => [name, convert(child, `${path}.${name}`)] as const);
  return { properties: Object.fromEntries(properties) };
}

function withIntegerFormat(schema: StructuralSchema): StructuralSchema {
  if (schema.type !== 'integer') return schema;
  const { description, type, ...rest } = schema;
  const limited: StructuralSchema = { type, format: 'int64', ...withoutUnsafeLimits(rest) };
  return description === undefined ? limited : { description, ...limited };
}

/** Drops the limits that only say that JavaScript counts no further. */
function withoutUnsafeLimits<T extends object>(schema: T): Partial<T> {
  const entries = Object.entries(schema).filter(
    ([, value]) => value !== Number.MAX_SAFE_INTEGER && value !== Number.MIN_SAFE_INTEGER,
  );
  return Object.fromEntries(entries) as Partial<T>;
}
