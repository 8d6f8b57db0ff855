import { type ApiError, invalid } from '../api-error.ts';
import type { FieldError } from '../resource-type.ts';
import { quote } from './status.ts';

/** The query parameters of a write (Kubernetes CreateOptions, UpdateOptions, PatchOptions). */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore';
  readonly force: boolean;
}

const maxManagerBytes = 128;

/**
 * Reads the query parameters of a write.
 *
 * @param kind how Kubernetes calls these options; errors name it
 * @param contentType of a patch; empty for other writes
 * @throws ApiError 422 for values that are none
 */
export function parseWriteOptions(
  query: URLSearchParams,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  userAgent: string,
  contentType = '',
): WriteOptions {
  const given = query.get('fieldManager') ?? '';
  const isApply = contentType === 'application/apply-patch+yaml';
  const force = isTrue(query.get('force'));
  const errors = [
    ...(kind === 'PatchOptions' ? patchErrors(query, isApply, given) : []),
    ...managerErrors(given),
    ...dryRunErrors(query.getAll('dryRun')),
    ...validationErrors(query.get('fieldValidation') ?? ''),
  ];
  if (errors.length > 0) throw optionsError(kind, errors);
  return {
    dryRun: query.getAll('dryRun').some((value) => value !== ''),
    fieldManager: given === '' ? managerOf(userAgent) : given,
    fieldValidation: (query.get('fieldValidation') || 'Warn') as WriteOptions['fieldValidation'],
    force,
  };
}

/** 422 about options rather than about an object. */
export function optionsError(kind: string, errors: readonly FieldError[]): ApiError {
  return invalid('meta.k8s.io', kind, '', errors);
}

export function dryRunErrors(values: readonly string[]): FieldError[] {
  if (values.every((value) => value === 'All' || value === '')) return [];
  const list = `[${values.map(quote).join(',')}]`;
  const message = `Unsupported value: ${list}: supported values: "All"`;
  return [{ reason: 'FieldValueNotSupported', field: 'dryRun', message }];
}

/** Kubernetes reads a boolean parameter as true unless it is absent, empty, `0` or `false`. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== '' && value !== '0' && value.toLowerCase() !== 'false';
}

function patchErrors(query: URLSearchParams, isApply: boolean, manager: string): FieldError[] {
  if (isApply && manager === '') {
    const message = 'Required value: is required for apply patch';
    return [{ reason: 'FieldValueRequired', field: 'fieldManager', message }];
  }
  if (!isApply && query.has('force')) {
    const message = 'Forbidden: may not be specified for non-apply patch';
    return [{ reason: 'FieldValueForbidden', field: 'force', message }];
  }
  return [];
}

function managerErrors(manager: string): FieldError[] {
  if (Buffer.byteLength(manager) > maxManagerBytes) {
    const message = `Too long: may not be more than ${maxManagerBytes} bytes`;
    return [{ reason: 'FieldValueTooLong', field: 'fieldManager', message }];
  }
  for (const [index, character] of [...manager].entries()) {
    if (!/[\p{C}\p{Zl}\p{Zp}]/u.test(character)) continue;
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const message = `Invalid value: ${quote(manager)}: invalid character U+${code} (at position ${index})`;
    return [{ reason: 'FieldValueInvalid', field: 'fieldManager', message }];
  }
  return [];
}

function validationErrors(value: string): FieldError[] {
  if (['', 'Ignore', 'Strict', 'Warn'].includes(value)) return [];
  const message = `Unsupported value: ${quote(value)}: supported values: "", "Ignore", "Strict", "Warn"`;
  return [{ reason: 'FieldValueNotSupported', field: 'fieldValidation', message }];
}

function managerOf(userAgent: string): string {
  const name = userAgent.split('/')[0]?.replaceAll(/\p{C}/gu, '') ?? '';
  return name === '' ? 'unknown' : name.slice(0, maxManagerBytes);
}
