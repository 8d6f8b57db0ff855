import type { ApiObject } from '../json.ts';
import type { FieldError, ResourceType } from '../resource-type.ts';
import { forbidden, invalidValue } from '../schema/field-errors.ts';
import { areEqual } from '../schema/values.ts';
import { behaviour } from './behaviour.ts';
import { base64Problem, dataSizeErrors } from './data.ts';
import { defineKind } from './define.ts';
import { configKeyProblems } from './names.ts';
import { invalidFor } from './problems.ts';
import { recordAt } from './reading.ts';
import { bytes, flag, kindSchema, map, text } from './schema-dsl.ts';
import { column, table } from './table-columns.ts';

/** core/v1 ConfigMap. */
export function configMapType(): ResourceType {
  const schema = kindSchema('Configuration for programs to read.', {
    binaryData: map('Values that are not text, in base64.', bytes('')),
    data: map('Values by key. A key is in data or in binaryData, not in both.', text('')),
    immutable: flag('Set once, the data cannot be changed any more; only the whole object can be deleted.'),
  });
  return defineKind({
    group: '',
    kind: 'ConfigMap',
    plural: 'configmaps',
    shortNames: ['cm'],
    schema,
    behaviour: behaviour(schema, { normalize: base64Problem('binaryData'), validate }),
    table: table([column('Data', 'Number of keys.')], (object) => [
      Object.keys(recordAt(object, 'data')).length + Object.keys(recordAt(object, 'binaryData')).length,
    ]),
  });
}

function validate(object: ApiObject, existing: ApiObject | null): readonly FieldError[] {
  const data = recordAt(object, 'data');
  const binary = recordAt(object, 'binaryData');
  return [
    ...Object.keys(data).flatMap((key) => [
      ...invalidFor(`data[${key}]`, key, configKeyProblems(key)),
      ...(Object.hasOwn(binary, key)
        ? [invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData')]
        : []),
    ]),
    ...Object.keys(binary).flatMap((key) => invalidFor(`binaryData[${key}]`, key, configKeyProblems(key))),
    ...dataSizeErrors('', data, binary),
    ...immutableErrors(object, existing),
  ];
}

function immutableErrors(object: ApiObject, existing: ApiObject | null): FieldError[] {
  if (existing?.immutable !== true) return [];
  const rule = 'field is immutable when `immutable` is set';
  const errors: FieldError[] = [];
  if (object.immutable !== true) errors.push(forbidden('immutable', rule));
  if (!areEqual(object.data, existing.data)) errors.push(forbidden('data', rule));
  if (!areEqual(object.binaryData, existing.binaryData)) errors.push(forbidden('binaryData', rule));
  return errors;
}
