import type { ApiObject, Json } from '../json.ts';
import type { ResourceType, TableLayout } from '../resource-type.ts';
import { copyOf } from '../schema/values.ts';
import { shortAge } from '../tables/age.ts';
import { behaviour } from './behaviour.ts';
import { defineKind } from './define.ts';
import { coreEventSchema, newEventSchema } from './event-schema.ts';
import { eventChanges, eventErrors, newEventErrors } from './event-validation.ts';
import { numberAt, optionalRecordAt, recordAt, textAt } from './reading.ts';
import { column, wideColumn } from './table-columns.ts';

// What a field of the new form is called in the core form; what is not listed has the same name in both.
const coreNames: Readonly<Record<string, string>> = Object.freeze({
  deprecatedCount: 'count',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedSource: 'source',
  note: 'message',
  regarding: 'involvedObject',
  reportingController: 'reportingComponent',
});

/** core/v1 Event. */
export function coreEventType(): ResourceType {
  const schema = coreEventSchema();
  return defineKind({
    group: '',
    kind: 'Event',
    plural: 'events',
    shortNames: ['ev'],
    schema,
    behaviour: behaviour(schema, {
      normalize: (object) => showEmpty(object, ['eventTime', 'firstTimestamp', 'lastTimestamp']),
      validate: (object) => eventErrors(object, 'reportingComponent'),
    }),
    table: eventTable((object) => object),
  });
}

/** events.k8s.io/v1 Event, kept in the core form. */
export function newEventType(): ResourceType {
  const schema = newEventSchema();
  return defineKind({
    group: 'events.k8s.io',
    kind: 'Event',
    plural: 'events',
    shortNames: ['ev'],
    schema,
    storage: {
      group: '',
      version: 'v1',
      plural: 'events',
      kind: 'Event',
      toStored: toCoreEvent,
      fromStored: toNewEvent,
    },
    behaviour: behaviour(schema, {
      normalize: (object) =>
        showEmpty(object, ['eventTime', 'deprecatedFirstTimestamp', 'deprecatedLastTimestamp']),
      validate(object, existing) {
        const event = toCoreEvent(object);
        const errors = eventErrors(event, 'reportingController');
        return [
          ...errors,
          ...(existing === null ? newEventErrors(event) : eventChanges(event, toCoreEvent(existing))),
        ];
      },
    }),
    table: eventTable(toCoreEvent),
  });
}

/** Go prints times that are not set as null. */
function showEmpty(object: ApiObject, fields: readonly string[]): void {
  for (const field of fields) object[field] ??= null;
}

/** An Event of events.k8s.io/v1 in its core form. */
export function toCoreEvent(event: ApiObject): ApiObject {
  const core = renamed(event, (name) => coreNames[name] ?? name);
  core.apiVersion = 'v1';
  core.reportingComponent ??= '';
  core.reportingInstance ??= '';
  core.source ??= {};
  core.involvedObject ??= {};
  showEmpty(core, ['eventTime', 'firstTimestamp', 'lastTimestamp']);
  return core;
}

/** A core Event in the form of events.k8s.io/v1. */
export function toNewEvent(event: ApiObject): ApiObject {
  const newNames = new Map(Object.entries(coreNames).map(([newName, coreName]) => [coreName, newName]));
  const result = renamed(event, (name) => newNames.get(name) ?? name);
  result.apiVersion = 'events.k8s.io/v1';
  for (const field of ['reportingController', 'reportingInstance'])
    if (result[field] === '') delete result[field];
  result.deprecatedSource ??= {};
  result.regarding ??= {};
  showEmpty(result, ['eventTime', 'deprecatedFirstTimestamp', 'deprecatedLastTimestamp']);
  return result;
}

function renamed(event: ApiObject, rename: (name: string) => string): ApiObject {
  const { apiVersion, kind, metadata, ...rest } = event;
  const result: ApiObject = { apiVersion, kind, metadata: copyOf(metadata) as ApiObject['metadata'] };
  for (const [name, value] of Object.entries(rest))
    if (value !== undefined) result[rename(name)] = copyOf(value);
  return result;
}

function eventTable(toCore: (object: ApiObject) => ApiObject): TableLayout {
  return {
    columns: [
      column('Last Seen', 'How long ago it happened last.'),
      column('Type', 'Normal or Warning.'),
      column('Reason', 'Why, in one word.'),
      column('Object', 'The object it is about.'),
      wideColumn('Subobject', 'The part of the object it is about.'),
      wideColumn('Source', 'Who reports it.'),
      column('Message', 'What happened.'),
      wideColumn('First Seen', 'How long ago it happened first.'),
      wideColumn('Count', 'How often it happened.'),
      { ...wideColumn('Name', 'Name of the Event.'), format: 'name' },
    ],
    cells: (object, now) => eventCells(toCore(object), now),
  };
}

function eventCells(event: ApiObject, now: Date): Json[] {
  const involved = recordAt(event, 'involvedObject');
  const series = optionalRecordAt(event, 'series');
  const first = textAt(event, 'firstTimestamp') || textAt(event, 'eventTime');
  const last = (series && textAt(series, 'lastObservedTime')) || textAt(event, 'lastTimestamp') || first;
  const count = (series && numberAt(series, 'count')) || numberAt(event, 'count') || 1;
  const name = textAt(involved, 'name');
  const kind = textAt(involved, 'kind').toLowerCase();
  return [
    shortAge(last, now),
    textAt(event, 'type'),
    textAt(event, 'reason'),
    name === '' ? kind : `${kind}/${name}`,
    textAt(involved, 'fieldPath'),
    sourceCell(event),
    textAt(event, 'message').trim(),
    shortAge(first, now),
    count,
    event.metadata.name,
  ];
}

function sourceCell(event: ApiObject): string {
  const source = recordAt(event, 'source');
  const program = textAt(source, 'component') || textAt(event, 'reportingComponent');
  const place = textAt(source, 'host') || textAt(event, 'reportingInstance');
  return [program, place].filter((part) => part !== '').join(', ');
}
