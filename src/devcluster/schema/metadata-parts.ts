import type { Json } from '../json.ts';
import type { FieldError } from '../resource-type.ts';
import { invalidValue } from './field-errors.ts';
import { labelValueRule, qualifiedKey } from './names.ts';
import { isObject } from './values.ts';

/** All annotations of one object together: keys and values, in bytes. */
const maxAnnotationBytes = 256 * 1024;

/** Labels, wherever they stand: in `metadata`, in a selector, in the template of a Pod. */
export function checkLabels(labels: Json | undefined, field: string): FieldError[] {
  return entriesOf(labels).flatMap(([key, value]) => [
    ...qualifiedKey(key).map((problem) => invalidValue(field, key, problem)),
    ...labelValueRule(value).map((problem) => invalidValue(field, value, problem)),
  ]);
}

/** Keys are like those of labels, though capitals are allowed in the prefix; values are free. */
export function checkAnnotations(annotations: Json | undefined): FieldError[] {
  const field = 'metadata.annotations';
  const entries = entriesOf(annotations);
  const errors = entries.flatMap(([key]) =>
    qualifiedKey(key.toLowerCase()).map((problem) => invalidValue(field, key, problem)),
  );
  const size = entries.reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  if (size > maxAnnotationBytes) {
    const message = `Too long: may not be more than ${maxAnnotationBytes} bytes`;
    errors.push({ reason: 'FieldValueTooLong', field, message });
  }
  return errors;
}

/** Each owner has a version, a kind, a name and a uid, and one at most is the controller. */
export function checkOwners(owners: Json | undefined): FieldError[] {
  if (!Array.isArray(owners)) return [];
  const field = 'metadata.ownerReferences';
  const errors = owners
    .filter(isObject)
    .flatMap((owner) =>
      ['apiVersion', 'kind', 'name', 'uid']
        .filter((key) => owner[key] === undefined || owner[key] === '')
        .map((key) =>
          invalidValue(
            `${field}.${key}`,
            '',
            key === 'apiVersion' ? 'version must not be empty' : 'must not be empty',
          ),
        ),
    );
  const controllers = owners.filter((owner) => isObject(owner) && owner.controller === true);
  if (controllers.length > 1) {
    const detail = 'Only one reference can have Controller set to true.';
    errors.push(invalidValue(field, controllers, detail));
  }
  return errors;
}

function entriesOf(value: Json | undefined): [string, string][] {
  if (!isObject(value)) return [];
  return Object.entries(value).map(([key, inner]) => [key, typeof inner === 'string' ? inner : '']);
}
