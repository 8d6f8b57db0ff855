import type { ApiObject, JsonObject } from '../json.ts';
import type { FieldError, ResourceType } from '../resource-type.ts';
import { forbidden, invalidValue, required } from '../schema/field-errors.ts';
import { areEqual, setOwn } from '../schema/values.ts';
import { behaviour } from './behaviour.ts';
import { base64Problem, dataSizeErrors } from './data.ts';
import { defineKind } from './define.ts';
import { configKeyProblems } from './names.ts';
import { immutable, invalidFor } from './problems.ts';
import { ensureRecord, orNull, recordAt, textAt } from './reading.ts';
import { bytes, flag, kindSchema, map, preset, text } from './schema-dsl.ts';
import { column, table } from './table-columns.ts';

/** core/v1 Secret. */
export function secretType(): ResourceType {
  const schema = kindSchema('Data that is not for everybody, at most 1 MiB.', {
    data: map('Values by key, in base64.', bytes('')),
    immutable: flag('Set once, the data cannot be changed any more; only the whole object can be deleted.'),
    stringData: map(
      'Values as text, to write only: they are put into data and win over what is there.',
      text(''),
    ),
    type: preset(text('What the data is, as kubernetes.io/tls. Cannot be changed.'), 'Opaque'),
  });
  const refuseBadBase64 = base64Problem('data');
  const normalize = (object: ApiObject) => {
    refuseBadBase64(object);
    mergeTexts(object);
  };
  return defineKind({
    group: '',
    kind: 'Secret',
    plural: 'secrets',
    schema,
    behaviour: behaviour(schema, { normalize, validate, warnings }),
    table: table([column('Type', 'What the data is.'), column('Data', 'Number of keys.')], (object) => [
      textAt(object, 'type'),
      Object.keys(recordAt(object, 'data')).length,
    ]),
  });
}

function mergeTexts(object: ApiObject): void {
  const texts = Object.entries(recordAt(object, 'stringData'));
  delete object.stringData;
  if (texts.length === 0) return;
  const data = ensureRecord(object, 'data');
  for (const [key, value] of texts) setOwn(data, key, Buffer.from(String(value)).toString('base64'));
}

function validate(object: ApiObject, existing: ApiObject | null): readonly FieldError[] {
  const data = recordAt(object, 'data');
  return [
    ...Object.keys(data).flatMap((key) => invalidFor(`data[${key}]`, key, configKeyProblems(key))),
    ...dataSizeErrors('data', {}, data),
    ...typeErrors(object, data),
    ...(existing === null ? [] : updateErrors(object, existing)),
  ];
}

function typeErrors(object: ApiObject, data: JsonObject): FieldError[] {
  switch (object.type) {
    case 'kubernetes.io/tls':
      return missingKeys(data, ['tls.crt', 'tls.key']);
    case 'kubernetes.io/basic-auth': {
      const known = Object.hasOwn(data, 'username') || Object.hasOwn(data, 'password');
      return known ? [] : missingKeys(data, ['username', 'password']);
    }
    case 'kubernetes.io/ssh-auth':
      return missingKeys(data, ['ssh-privatekey']);
    case 'kubernetes.io/dockerconfigjson':
      return jsonErrors(data, '.dockerconfigjson');
    case 'kubernetes.io/dockercfg':
      return jsonErrors(data, '.dockercfg');
    case 'kubernetes.io/service-account-token': {
      const annotation = 'kubernetes.io/service-account.name';
      const owner = object.metadata.annotations?.[annotation] ?? '';
      return owner === '' ? [required(`metadata.annotations[${annotation}]`)] : [];
    }
    default:
      return [];
  }
}

function missingKeys(data: JsonObject, keys: readonly string[]): FieldError[] {
  return keys.filter((key) => !Object.hasOwn(data, key)).map((key) => required(`data[${key}]`));
}

function jsonErrors(data: JsonObject, key: string): FieldError[] {
  if (!Object.hasOwn(data, key)) return [required(`data[${key}]`)];
  try {
    JSON.parse(Buffer.from(textAt(data, key), 'base64').toString());
    return [];
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'invalid character in JSON' : String(error);
    return [invalidValue(`data[${key}]`, '<secret contents redacted>', reason)];
  }
}

function updateErrors(object: ApiObject, existing: ApiObject): FieldError[] {
  const errors: FieldError[] = [];
  if (!areEqual(object.type, existing.type)) errors.push(immutable('type', orNull(object.type)));
  if (existing.immutable !== true) return errors;
  const rule = 'field is immutable when `immutable` is set';
  if (object.immutable !== true) errors.push(forbidden('immutable', rule));
  if (!areEqual(object.data, existing.data)) errors.push(forbidden('data', rule));
  return errors;
}

function warnings(object: ApiObject): readonly string[] {
  if (object.type !== 'kubernetes.io/tls') return [];
  const certificate = Buffer.from(textAt(recordAt(object, 'data'), 'tls.crt'), 'base64').toString('latin1');
  if (certificate.includes('-----BEGIN ')) return [];
  return ['tls: failed to find any PEM data in certificate input'];
}
