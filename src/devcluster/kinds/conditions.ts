import { type KindSchema, keyed, knownText, long, record, text, time } from './schema-dsl.ts';

/** The conditions of a status in their common form (meta/v1 Condition). */
export const conditions = (): KindSchema =>
  keyed(
    ['type'],
    'What has been observed, one entry per aspect.',
    record(
      'One aspect of the state.',
      {
        lastTransitionTime: time('When the status last changed.'),
        message: knownText('Details for people.'),
        observedGeneration: long('The generation of the object that this was said of.'),
        reason: knownText('Why, in one CamelCase word.'),
        status: knownText('True, False or Unknown.'),
        type: knownText('Which aspect.'),
      },
      ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
    ),
  );

/** Conditions of older kinds, which have neither all of these fields nor need them. */
export const olderConditions = (more: Record<string, KindSchema> = {}): KindSchema => {
  const condition = record(
    'One aspect of the state.',
    {
      lastTransitionTime: time('When the status last changed.'),
      message: text('Details for people.'),
      reason: text('Why, in one CamelCase word.'),
      status: text('True, False or Unknown.'),
      type: text('Which aspect.'),
      ...more,
    },
    ['type', 'status'],
  );
  return keyed(['type'], 'What has been observed, one entry per aspect.', condition);
};
