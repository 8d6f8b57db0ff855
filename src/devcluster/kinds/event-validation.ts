import type { ApiObject, Json, JsonObject } from '../json.ts';
import type { FieldError } from '../resource-type.ts';
import { invalidValue, required } from '../schema/field-errors.ts';
import { areEqual } from '../schema/values.ts';
import { qualifiedNameProblems } from './names.ts';
import { immutable, invalidFor } from './problems.ts';
import { numberAt, optionalRecordAt, orNull, recordAt, textAt } from './reading.ts';

const mismatch = 'does not match event.namespace';

/**
 * What is wrong with an Event in its core form, whichever form it came in. An Event with an eventTime must be complete
 * (Kubernetes legacyValidateEvent).
 *
 * @param reporter what the form calls the reporting controller
 */
export function eventErrors(event: ApiObject, reporter: string): FieldError[] {
  const namespace = event.metadata.namespace ?? '';
  const involved = textAt(recordAt(event, 'involvedObject'), 'namespace');
  const noNamespace = involved === '' && ['', 'default'].includes(namespace);
  if (textAt(event, 'eventTime') === '') {
    const agrees = noNamespace || involved === namespace;
    return agrees ? [] : [invalidValue('involvedObject.namespace', involved, mismatch)];
  }
  const errors: FieldError[] = [];
  if (involved === '' && !['default', 'kube-system'].includes(namespace)) {
    errors.push(invalidValue('involvedObject.namespace', involved, mismatch));
  }
  return [...errors, ...reporterErrors(event, reporter), ...textErrors(event)];
}

function reporterErrors(event: JsonObject, field: string): FieldError[] {
  const reporter = textAt(event, 'reportingComponent');
  const missing = reporter === '' ? [required(field)] : [];
  return [...missing, ...invalidFor(field, reporter, qualifiedNameProblems(reporter))];
}

function textErrors(event: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['reportingInstance', 'action', 'reason']) {
    const value = textAt(event, field);
    if (value === '') errors.push(required(field));
    if (Buffer.byteLength(value) > 128)
      errors.push(invalidValue(field, '', 'can have at most 128 characters'));
  }
  if (Buffer.byteLength(textAt(event, 'message')) > 1024) {
    errors.push(invalidValue('message', '', 'can have at most 1024 characters'));
  }
  return errors;
}

/** What events.k8s.io/v1 asks for beyond that at creation. Takes the core form. */
export function newEventErrors(event: ApiObject): FieldError[] {
  const errors = seriesErrors(event);
  const type = textAt(event, 'type');
  if (textAt(event, 'eventTime') === '') errors.push(required('eventTime'));
  if (type !== 'Normal' && type !== 'Warning')
    errors.push(invalidValue('type', '', `has invalid value: ${type}`));
  const unset = (field: string) => invalidValue(field, '', 'needs to be unset');
  if (textAt(event, 'firstTimestamp') !== '') errors.push(unset('firstTimestamp'));
  if (textAt(event, 'lastTimestamp') !== '') errors.push(unset('lastTimestamp'));
  if ((numberAt(event, 'count') ?? 0) !== 0) errors.push(unset('count'));
  if (Object.keys(recordAt(event, 'source')).length > 0) errors.push(unset('source'));
  return errors;
}

/** What events.k8s.io/v1 does not let an update change. Takes the core form. */
export function eventChanges(event: ApiObject, existing: ApiObject): FieldError[] {
  const fields = [
    'involvedObject',
    'reason',
    'reportingComponent',
    'reportingInstance',
    'action',
    'reason',
    'related',
    'eventTime',
    'type',
  ];
  const changed = fields.filter((field) => !areEqual(known(event[field]), known(existing[field])));
  return [...seriesErrors(event), ...changed.map((field) => immutable(field, orNull(event[field])))];
}

function known(value: Json | undefined): Json | undefined {
  return value ?? undefined;
}

function seriesErrors(event: JsonObject): FieldError[] {
  const series = optionalRecordAt(event, 'series');
  if (series === undefined) return [];
  const errors: FieldError[] = [];
  if ((numberAt(series, 'count') ?? 0) < 2)
    errors.push(invalidValue('series.count', '', 'should be at least 2'));
  if (textAt(series, 'lastObservedTime') === '') errors.push(required('series.lastObservedTime'));
  return errors;
}
