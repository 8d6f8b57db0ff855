import { ApiError } from '../api-error.ts';
import type { ApiObject } from '../json.ts';
import type { FieldError, ResourceType } from '../resource-type.ts';
import { parseFieldSelector } from './field-selector.ts';
import { parseLabelSelector } from './label-selector.ts';
import { badRequest, quote } from './status.ts';
import { isTrue, optionsError } from './write-options.ts';

/** The query parameters of a list or a watch (Kubernetes ListOptions), understood and found good. */
export interface ListOptions {
  readonly matches: (object: ApiObject) => boolean;
  /** True if a selector was given, so that not every object matches. */
  readonly selective: boolean;
  /** 0 for no limit. */
  readonly limit: number;
  readonly continueToken: string;
  /** As given: empty, `0`, or a number. */
  readonly resourceVersion: string;
  readonly resourceVersionMatch: '' | 'Exact' | 'NotOlderThan';
  readonly watch: boolean;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
  /** Undefined for as long as the server likes. */
  readonly timeoutSeconds: number | undefined;
}

/**
 * Reads the query parameters of a list or a watch.
 *
 * @throws ApiError 400 for bad numbers and selectors, 422 for a `resourceVersionMatch` that does not fit (Kubernetes
 * ValidateListOptions), 500 for a watch from something that is no resourceVersion
 */
export function parseListOptions(query: URLSearchParams, type: ResourceType, watch: boolean): ListOptions {
  const limit = number(query.get('limit'));
  const timeout = number(query.get('timeoutSeconds'));
  const labelSelector = query.get('labelSelector') ?? '';
  const fieldSelector = query.get('fieldSelector') ?? '';
  const byLabel = labelSelector === '' ? null : parseLabelSelector(labelSelector);
  const byField = fieldSelector === '' ? null : parseFieldSelector(fieldSelector, type);
  const sendInitialEvents = query.get('sendInitialEvents');
  const given = {
    watch,
    resourceVersion: query.get('resourceVersion') ?? '',
    match: query.get('resourceVersionMatch') ?? '',
    continueToken: query.get('continue') ?? '',
    sendInitialEvents: sendInitialEvents ? isTrue(sendInitialEvents) : undefined,
  };
  const errors = watch ? watchErrors(given) : listErrors(given);
  if (errors.length > 0) throw optionsError('ListOptions', errors);
  checkResourceVersion(given.resourceVersion, watch);
  return {
    matches: (object) =>
      (byLabel?.(object.metadata.labels ?? {}) ?? true) && (byField === null || byField(object)),
    selective: byLabel !== null || byField !== null,
    limit: Math.max(0, limit ?? 0),
    continueToken: given.continueToken,
    resourceVersion: given.resourceVersion,
    resourceVersionMatch: given.match as ListOptions['resourceVersionMatch'],
    watch,
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: given.sendInitialEvents,
    timeoutSeconds: timeout === undefined || timeout <= 0 ? undefined : timeout,
  };
}

interface Given {
  readonly watch: boolean;
  readonly resourceVersion: string;
  readonly match: string;
  readonly continueToken: string;
  readonly sendInitialEvents: boolean | undefined;
}

function listErrors({ match, resourceVersion, continueToken, sendInitialEvents }: Given): FieldError[] {
  const errors: FieldError[] = [];
  if (match !== '') {
    if (resourceVersion === '') {
      errors.push(forbidden('resourceVersionMatch is forbidden unless resourceVersion is provided'));
    }
    if (continueToken !== '') {
      errors.push(forbidden('resourceVersionMatch is forbidden when continue is provided'));
    }
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      errors.push(unsupported(match, '"Exact", "NotOlderThan", ""'));
    }
    if (match === 'Exact' && resourceVersion === '0') {
      errors.push(forbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (sendInitialEvents !== undefined) {
    errors.push(forbidden('sendInitialEvents is forbidden for list', 'sendInitialEvents'));
  }
  return errors;
}

function watchErrors({ match, continueToken, sendInitialEvents }: Given): FieldError[] {
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    errors.push(forbidden('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (match !== '') {
    if (sendInitialEvents === undefined) {
      errors.push(
        forbidden('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'),
      );
    }
    if (match !== 'NotOlderThan') errors.push(unsupported(match, '"NotOlderThan"'));
    if (continueToken !== '') {
      errors.push(forbidden('resourceVersionMatch is forbidden when continue is provided'));
    }
  }
  return errors;
}

function forbidden(message: string, field = 'resourceVersionMatch'): FieldError {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${message}` };
}

function unsupported(value: string, supported: string): FieldError {
  const message = `Unsupported value: ${quote(value)}: supported values: ${supported}`;
  return { reason: 'FieldValueNotSupported', field: 'resourceVersionMatch', message };
}

function checkResourceVersion(text: string, watch: boolean): void {
  if (/^\d{0,19}$/.test(text)) return;
  const why = `resourceVersion: Invalid value: ${quote(text)}: strconv.ParseUint: parsing ${quote(text)}: invalid syntax`;
  if (watch) throw new ApiError(500, '', why);
  throw badRequest(`invalid resource version: ${why}`);
}

function number(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  if (!/^[-+]?\d{1,18}$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing ${quote(text)}: invalid syntax`);
  }
  return Number(text);
}
