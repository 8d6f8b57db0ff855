import type { ApiObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import { behaviour } from './behaviour.ts';
import { olderConditions } from './conditions.ts';
import { defineKind, statusSubresource } from './define.ts';
import { markGiven } from './given.ts';
import { ensureRecord, recordAt, textAt, textsAt } from './reading.ts';
import { always, kindSchema, list, record, text } from './schema-dsl.ts';
import { column, table } from './table-columns.ts';

/** core/v1 Namespace. */
export function namespaceType(): ResourceType {
  const schema = kindSchema('A scope for names.', {
    spec: always(
      record('What is wanted.', {
        finalizers: list(
          'What must be done before it is gone; `kubernetes` empties it.',
          text('A finalizer.'),
        ),
      }),
    ),
    status: always(
      record('What has been reached.', {
        conditions: olderConditions(),
        phase: text('Active or Terminating.'),
      }),
    ),
  });
  const plain = behaviour(schema, { status: true, prepareCreate: begin, prepareUpdate: keep });
  return defineKind({
    group: '',
    kind: 'Namespace',
    plural: 'namespaces',
    shortNames: ['ns'],
    namespaced: false,
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
    subresources: [{ name: 'finalize', verbs: ['update'] }, statusSubresource],
    schema,
    behaviour: {
      ...plain,
      prepareCreate(object, context) {
        plain.prepareCreate(object, context);
        nameLabel(object);
      },
      prepareUpdate(object, existing, context) {
        plain.prepareUpdate(object, existing, context);
        nameLabel(object);
      },
    },
    table: table([column('Status', 'Active or Terminating.')], (object) => [
      textAt(recordAt(object, 'status'), 'phase'),
    ]),
  });
}

function begin(object: ApiObject): void {
  const spec = ensureRecord(object, 'spec');
  const finalizers = textsAt(spec, 'finalizers');
  if (!finalizers.includes('kubernetes')) {
    spec.finalizers = [...finalizers, 'kubernetes'];
    markGiven(object, ['f:spec', 'f:finalizers']);
  }
  object.status = { phase: 'Active' };
}

/** The finalizers of the spec are taken away through the subresource `finalize` alone. */
function keep(object: ApiObject, existing: ApiObject): void {
  const spec = ensureRecord(object, 'spec');
  const finalizers = recordAt(existing, 'spec').finalizers;
  if (finalizers === undefined) delete spec.finalizers;
  else spec.finalizers = structuredClone(finalizers);
}

/** Every namespace can be selected by its name (Kubernetes label kubernetes.io/metadata.name). */
function nameLabel(object: ApiObject): void {
  const { metadata } = object;
  if (metadata.name === '') return;
  metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
}
