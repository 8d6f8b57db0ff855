import type { JsonObject } from '../json.ts';
import type { FieldError } from '../resource-type.ts';
import { invalidValue, notSupported, required } from '../schema/field-errors.ts';
import { backendErrors } from './ingress-backend.ts';
import { recordAt, textAt } from './reading.ts';

// What a path that is compared may not contain anywhere, or at its end: requests are normalized before they are compared.
const forbiddenParts = ['//', '/./', '/../', '%2f', '%2F'];
const forbiddenEnds = ['/..', '/.'];

/** What is wrong with one path of a rule of an Ingress. */
export function ingressPathErrors(path: JsonObject, field: string): FieldError[] {
  return [...typeErrors(path, field), ...backendErrors(recordAt(path, 'backend'), `${field}.backend`)];
}

function typeErrors(path: JsonObject, field: string): FieldError[] {
  const text = textAt(path, 'path');
  switch (path.pathType) {
    case undefined:
      return [required(`${field}.pathType`, 'pathType must be specified')];
    case 'Exact':
    case 'Prefix':
      return comparedPathErrors(text, `${field}.path`);
    case 'ImplementationSpecific':
      return text === '' || text.startsWith('/') ? [] : [notAbsolute(text, `${field}.path`)];
    default:
      return [
        notSupported(`${field}.pathType`, path.pathType, ['Exact', 'ImplementationSpecific', 'Prefix']),
      ];
  }
}

function comparedPathErrors(text: string, field: string): FieldError[] {
  const errors = text.startsWith('/') ? [] : [notAbsolute(text, field)];
  if (text === '') return errors;
  for (const part of forbiddenParts) {
    if (text.includes(part)) errors.push(invalidValue(field, text, `must not contain '${part}'`));
  }
  for (const end of forbiddenEnds) {
    if (text.endsWith(end)) errors.push(invalidValue(field, text, `cannot end with '${end}'`));
  }
  return errors;
}

function notAbsolute(text: string, field: string): FieldError {
  return invalidValue(field, text, 'must be an absolute path');
}
