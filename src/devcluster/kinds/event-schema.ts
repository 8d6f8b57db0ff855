import { objectReference } from './references.ts';
import {
  always,
  int,
  type KindSchema,
  kindSchema,
  knownText,
  microTime,
  orNullWhenUnset,
  positive,
  record,
  text,
  time,
} from './schema-dsl.ts';

const source = (): KindSchema =>
  always(record('Deprecated: who reports it.', { component: text('The program.'), host: text('The node.') }));

const series = (): KindSchema =>
  record('Set if it happened more than once.', {
    count: int('How often until now, at least 2.'),
    lastObservedTime: microTime('When it happened last.'),
  });

/** The schema of core/v1 Event. */
export function coreEventSchema(): KindSchema {
  return kindSchema(
    'Something that happened to an object, told for people. It is kept for a while only.',
    {
      action: text('What the reporter did or could not do.'),
      count: positive('How often it happened.'),
      eventTime: orNullWhenUnset(microTime('When it happened first.')),
      firstTimestamp: orNullWhenUnset(time('When it happened first, in whole seconds.')),
      involvedObject: always(objectReference('The object it is about.')),
      lastTimestamp: orNullWhenUnset(time('When it happened last, in whole seconds.')),
      message: text('What happened, for people.'),
      reason: text('Why, in one CamelCase word.'),
      related: objectReference('A second object that has to do with it.'),
      reportingComponent: knownText('Who reports it, as example.com/controller.'),
      reportingInstance: knownText('Which instance of the reporter.'),
      series: series(),
      source: source(),
      type: text('Normal or Warning.'),
    },
    ['metadata', 'involvedObject'],
  );
}

/** The schema of events.k8s.io/v1 Event. */
export function newEventSchema(): KindSchema {
  return kindSchema(
    'Something that happened to an object, told for people. It is kept for a while only.',
    {
      action: text('What the reporter did or could not do.'),
      deprecatedCount: positive('Deprecated: how often it happened.'),
      deprecatedFirstTimestamp: orNullWhenUnset(time('Deprecated: when it happened first.')),
      deprecatedLastTimestamp: orNullWhenUnset(time('Deprecated: when it happened last.')),
      deprecatedSource: source(),
      eventTime: orNullWhenUnset(microTime('When it happened first.')),
      note: text('What happened, for people. At most 1024 bytes.'),
      reason: text('Why, in one CamelCase word.'),
      regarding: always(objectReference('The object it is about.')),
      related: objectReference('A second object that has to do with it.'),
      reportingController: text('Who reports it, as example.com/controller.'),
      reportingInstance: text('Which instance of the reporter.'),
      series: series(),
      type: text('Normal or Warning.'),
    },
    ['eventTime'],
  );
}
