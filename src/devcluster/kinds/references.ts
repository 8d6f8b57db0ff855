import { flag, type KindSchema, knownText, list, map, record, text, whole } from './schema-dsl.ts';

/** An object of any kind in the same namespace (core/v1 TypedLocalObjectReference). */
export const typedLocalReference = (description: string): KindSchema =>
  whole(
    record(
      description,
      {
        apiGroup: text('Group of the object; the core group if absent.'),
        kind: knownText('Kind of the object.'),
        name: knownText('Name of the object.'),
      },
      ['kind', 'name'],
    ),
  );

/** An object that somebody talks about (core/v1 ObjectReference). */
export const objectReference = (description: string): KindSchema =>
  whole(
    record(description, {
      apiVersion: text('API version of the object.'),
      fieldPath: text('A part of the object, as spec.containers{name}.'),
      kind: text('Kind of the object.'),
      name: text('Name of the object.'),
      namespace: text('Namespace of the object.'),
      resourceVersion: text('The version of the object that is meant.'),
      uid: text('UID of the object.'),
    }),
  );

/** An object of a known kind in the same namespace (core/v1 LocalObjectReference). */
export const localReference = (description: string): KindSchema =>
  whole(record(description, { name: knownText('Name of the object.') }));

/** One key of a ConfigMap or a Secret. */
export const keyReference = (description: string): KindSchema =>
  whole(
    record(
      description,
      {
        key: text('The key.'),
        name: knownText('Name of the object that has the key.'),
        optional: flag('Whether the object or the key may be missing.'),
      },
      ['key'],
    ),
  );

/** Which objects are meant, by their labels (meta/v1 LabelSelector). */
export const labelSelector = (description: string): KindSchema =>
  whole(
    record(description, {
      matchExpressions: list(
        'Requirements that must all hold.',
        record(
          'A requirement on one label.',
          {
            key: text('The label.'),
            operator: text('In, NotIn, Exists or DoesNotExist.'),
            values: list(
              'What the label is compared with; empty for Exists and DoesNotExist.',
              text('A value.'),
            ),
          },
          ['key', 'operator'],
        ),
      ),
      matchLabels: map('Labels that must have exactly these values.', text('A value.')),
    }),
  );
