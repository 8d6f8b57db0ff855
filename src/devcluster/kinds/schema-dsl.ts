import type { Json } from '../json.ts';
import { objectMetaSchema } from '../schema/object-meta-schema.ts';
import type { Schema } from '../schema.ts';

/**
 * On a schema: what becomes of an empty value on the way in. Kubernetes leaves empty values of most fields out of what it
 * stores; those it holds by pointer are kept. Not part of any document, hence a symbol.
 */
export const whenEmpty: unique symbol = Symbol('whenEmpty');

/** On a schema: what Kubernetes prints of a field that nobody has set, where it prints anything. */
export const whenUnset: unique symbol = Symbol('whenUnset');

/** A schema of a built-in kind. */
export type KindSchema = Schema & {
  [whenEmpty]?: 'keep' | 'drop';
  [whenUnset]?: Json;
};

/** A text; an empty one is the same as none. */
export const text = (description: string): KindSchema => ({ type: 'string', description });

/** A text that may be empty and is then still there. */
export const exactText = (description: string): KindSchema => ({ ...text(description), [whenEmpty]: 'keep' });

/** A text that is printed even if nobody sets it. */
export const knownText = (description: string): KindSchema => ({
  ...exactText(description),
  default: '',
  [whenUnset]: '',
});

/** 32 bits; zero is a value like any other. */
export const int = (description: string): KindSchema => ({ type: 'integer', format: 'int32', description });

/** 64 bits. */
export const long = (description: string): KindSchema => ({ type: 'integer', format: 'int64', description });

/** 32 bits; zero is the same as none. */
export const positive = (description: string): KindSchema => ({ ...int(description), [whenEmpty]: 'drop' });

/** Yes or no; no differs from unset. */
export const flag = (description: string): KindSchema => ({ type: 'boolean', description });

/** Yes or no; no is the same as unset. */
export const mark = (description: string): KindSchema => ({ ...flag(description), [whenEmpty]: 'drop' });

/** Base64 (Kubernetes []byte). */
export const bytes = (description: string): KindSchema => ({ type: 'string', format: 'byte', description });

/** RFC 3339, kept in whole seconds of UTC. */
export const time = (description: string): KindSchema => ({
  type: 'string',
  format: 'date-time',
  description,
});

/** RFC 3339 with exactly six digits after the seconds (Kubernetes MicroTime). */
export const microTime = (description: string): KindSchema => ({
  type: 'string',
  format: 'micro-time',
  description,
});

/** A port by number or name, or a number or percentage. */
export const intOrText = (description: string): KindSchema => ({
  'x-kubernetes-int-or-string': true,
  format: 'int-or-string',
  oneOf: [{ type: 'integer' }, { type: 'string' }],
  description,
});

/** `100m`, `1Gi`, `0.5` (Kubernetes Quantity). */
export const quantity = (description: string): KindSchema => ({
  format: 'quantity',
  oneOf: [{ type: 'string' }, { type: 'number' }],
  description,
});

/** Anything at all. */
export const anything = (description: string): KindSchema => ({
  type: 'object',
  description,
  'x-kubernetes-preserve-unknown-fields': true,
});

/** An object with known fields. */
export function record(
  description: string,
  properties: Record<string, KindSchema>,
  required: readonly string[] = [],
): KindSchema {
  return { type: 'object', description, properties, ...(required.length > 0 && { required: [...required] }) };
}

/** One owner for the whole of it under server-side apply. */
export const whole = (schema: KindSchema): KindSchema => ({ ...schema, 'x-kubernetes-map-type': 'atomic' });

/** There even if nobody sets it (a Go struct held by value). */
export const always = (schema: KindSchema): KindSchema => ({ ...schema, default: {}, [whenUnset]: {} });

/** Printed as null if nobody sets it; the behaviour of the kind must see to that. */
export const orNullWhenUnset = (schema: KindSchema): KindSchema => ({ ...schema, [whenUnset]: null });

/** With another default. */
export const preset = (schema: KindSchema, value: Json): KindSchema => ({ ...schema, default: value });

/** Any keys, values of one form. */
export const map = (description: string, values: KindSchema): KindSchema => ({
  type: 'object',
  description,
  additionalProperties: values,
});

/** A list that is owned and replaced as one. */
export const list = (description: string, items: KindSchema): KindSchema => ({
  type: 'array',
  description,
  items,
  'x-kubernetes-list-type': 'atomic',
});

/** A list of different texts that may have several owners. */
export const set = (description: string, items: KindSchema): KindSchema => ({
  ...list(description, items),
  'x-kubernetes-list-type': 'set',
});

/**
 * A list of records told apart by keys: the first is also the merge key of strategic patches.
 */
export const keyed = (keys: readonly string[], description: string, items: KindSchema): KindSchema => ({
  ...list(description, items),
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': [...keys],
  'x-kubernetes-patch-strategy': 'merge',
  ...(keys[0] !== undefined && { 'x-kubernetes-patch-merge-key': keys[0] }),
});

/** Merged by strategic patches, but owned as one. */
export const mergedBy = (key: string, schema: KindSchema): KindSchema => ({
  ...schema,
  'x-kubernetes-patch-strategy': 'merge',
  'x-kubernetes-patch-merge-key': key,
});

/** The whole object of a kind: `properties` beside apiVersion, kind and metadata. */
export function kindSchema(
  description: string,
  properties: Record<string, KindSchema>,
  required: readonly string[] = [],
): KindSchema {
  return record(
    description,
    {
      apiVersion: text('The group and version in which the object is written.'),
      kind: text('What the object is.'),
      metadata: always(objectMetaSchema()),
      ...properties,
    },
    required,
  );
}
