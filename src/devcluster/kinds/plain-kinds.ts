import type { ResourceType } from '../resource-type.ts';
import { behaviour } from './behaviour.ts';
import { olderConditions } from './conditions.ts';
import { defineKind, statusSubresource } from './define.ts';
import { claimSpec } from './pod/volume-schema.ts';
import { recordAt, recordsAt, textAt } from './reading.ts';
import { localReference, objectReference } from './references.ts';
import {
  always,
  anything,
  flag,
  keyed,
  kindSchema,
  list,
  long,
  map,
  preset,
  quantity,
  record,
  text,
  time,
} from './schema-dsl.ts';
import { column, table } from './table-columns.ts';

/** core/v1 ServiceAccount. No tokens are made for it. */
export function serviceAccountType(): ResourceType {
  const schema = kindSchema('Who a Pod is.', {
    automountServiceAccountToken: flag('Whether its Pods get a token.'),
    imagePullSecrets: list('Secrets with which its Pods pull images.', localReference('A Secret.')),
    secrets: keyed(['name'], 'Secrets that its Pods may use.', objectReference('A Secret.')),
  });
  return defineKind({
    group: '',
    kind: 'ServiceAccount',
    plural: 'serviceaccounts',
    shortNames: ['sa'],
    schema,
    behaviour: behaviour(schema),
    table: table([column('Secrets', 'Number of its Secrets.')], (object) => [
      recordsAt(object, 'secrets').length,
    ]),
  });
}

/** core/v1 PersistentVolumeClaim. Nothing binds it. */
export function persistentVolumeClaimType(): ResourceType {
  const amounts = (description: string) => map(description, quantity('An amount.'));
  const schema = kindSchema('A wish for a volume.', {
    spec: always({ ...claimSpec(), default: {} }),
    status: always(
      record('What has been reached.', {
        accessModes: list('How it can be used.', text('A mode.')),
        allocatedResourceStatuses: map('State of a change of size.', text('A state.')),
        allocatedResources: amounts('What is set aside.'),
        capacity: amounts('How large the volume is.'),
        conditions: olderConditions({ lastProbeTime: time('When it was last asked for.') }),
        currentVolumeAttributesClassName: text('The class of its attributes.'),
        modifyVolumeStatus: anything('State of a change of attributes.'),
        phase: text('Pending, Bound or Lost.'),
      }),
    ),
  });
  const plain = behaviour(schema, {
    status: true,
    normalize: (object) => {
      recordAt(object, 'spec').volumeMode ??= 'Filesystem';
    },
    prepareCreate: (object) => {
      object.status = { phase: 'Pending' };
    },
  });
  return defineKind({
    group: '',
    kind: 'PersistentVolumeClaim',
    plural: 'persistentvolumeclaims',
    shortNames: ['pvc'],
    subresources: [statusSubresource],
    schema,
    behaviour: plain,
    table: table([column('Status', 'Pending, Bound or Lost.')], (object) => [
      textAt(recordAt(object, 'status'), 'phase'),
    ]),
  });
}

/** apps/v1 ControllerRevision. */
export function controllerRevisionType(): ResourceType {
  const schema = kindSchema(
    'A former state of something.',
    { data: anything('The state.'), revision: preset(long('Its number.'), 0) },
    ['revision'],
  );
  return defineKind({
    group: 'apps',
    kind: 'ControllerRevision',
    plural: 'controllerrevisions',
    schema,
    behaviour: behaviour(schema),
  });
}
