import { objectMetaSchema } from '../schema/object-meta-schema.ts';
import { olderConditions } from './conditions.ts';
import { podTemplate } from './pod/pod-schema.ts';
import { claimSpec } from './pod/volume-schema.ts';
import { labelSelector } from './references.ts';
import {
  always,
  anything,
  exactText,
  int,
  intOrText,
  type KindSchema,
  kindSchema,
  list,
  long,
  mark,
  positive,
  preset,
  record,
  text,
  time,
} from './schema-dsl.ts';

const selector = () => labelSelector('Which Pods belong to it. Cannot be changed.');
const replicas = () => preset(int('How many Pods are wanted.'), 1);
const minReadySeconds = () => positive('How long a Pod must be ready to count as available.');
const history = () => preset(int('How many former states are kept.'), 10);
const rolling = (fields: Record<string, KindSchema>, types: string) =>
  always(
    record('How a change is brought about.', {
      rollingUpdate: record('For type RollingUpdate.', fields),
      type: preset(text(types), 'RollingUpdate'),
    }),
  );

function status(counters: readonly string[], more: Record<string, KindSchema> = {}): KindSchema {
  return always(
    record('What has been reached.', {
      ...Object.fromEntries(counters.map((name) => [name, positive('A number of Pods.')])),
      collisionCount: int('How often a name was taken already.'),
      conditions: olderConditions({ lastUpdateTime: time('When the condition was last written.') }),
      observedGeneration: long('The generation that this was said of.'),
      ...more,
    }),
  );
}

/** The schema of apps/v1 Deployment. */
export function deploymentSchema(): KindSchema {
  const spec = record(
    'What is wanted.',
    {
      minReadySeconds: minReadySeconds(),
      paused: mark('Whether changes wait.'),
      progressDeadlineSeconds: preset(int('How long a change may take before it counts as failed.'), 600),
      replicas: replicas(),
      revisionHistoryLimit: history(),
      selector: selector(),
      strategy: rolling(
        {
          maxSurge: intOrText('How many Pods there may be beyond those wanted.'),
          maxUnavailable: intOrText('How many of those wanted may be missing.'),
        },
        'RollingUpdate or Recreate.',
      ),
      template: always(podTemplate()),
    },
    ['selector', 'template'],
  );
  const counters = [
    'availableReplicas',
    'readyReplicas',
    'replicas',
    'terminatingReplicas',
    'unavailableReplicas',
  ];
  return kindSchema('Pods that are all alike, and how they are renewed.', {
    spec: always(spec),
    status: status([...counters, 'updatedReplicas']),
  });
}

/** The schema of apps/v1 DaemonSet. */
export function daemonSetSchema(): KindSchema {
  const spec = record(
    'What is wanted.',
    {
      minReadySeconds: minReadySeconds(),
      revisionHistoryLimit: history(),
      selector: selector(),
      template: always(podTemplate()),
      updateStrategy: rolling(
        {
          maxSurge: intOrText('How many nodes may have two Pods.'),
          maxUnavailable: intOrText('How many nodes may have none.'),
        },
        'RollingUpdate or OnDelete.',
      ),
    },
    ['selector', 'template'],
  );
  const always0 = ['currentNumberScheduled', 'desiredNumberScheduled', 'numberMisscheduled', 'numberReady'];
  return kindSchema('One Pod on every node, or on some.', {
    spec: always(spec),
    status: status(
      ['numberAvailable', 'numberUnavailable', 'updatedNumberScheduled'],
      Object.fromEntries(always0.map((name) => [name, preset(int('A number of nodes.'), 0)])),
    ),
  });
}

/** The schema of apps/v1 ReplicaSet. */
export function replicaSetSchema(): KindSchema {
  const spec = record(
    'What is wanted.',
    {
      minReadySeconds: minReadySeconds(),
      replicas: replicas(),
      selector: selector(),
      template: always(podTemplate()),
    },
    ['selector'],
  );
  const counters = ['availableReplicas', 'fullyLabeledReplicas', 'readyReplicas', 'terminatingReplicas'];
  return kindSchema('Pods that are all alike.', {
    spec: always(spec),
    status: status(counters, { replicas: preset(int('How many Pods there are.'), 0) }),
  });
}

/** The schema of apps/v1 StatefulSet. */
export function statefulSetSchema(): KindSchema {
  const claim = record('One claim.', {
    apiVersion: text('API version of the claim.'),
    kind: text('Kind of the claim.'),
    metadata: always(objectMetaSchema()),
    spec: always(claimSpec()),
    status: anything('State of the claim.'),
  });
  const retention = record('What becomes of claims.', {
    whenDeleted: preset(text('Retain or Delete, when the StatefulSet is deleted.'), 'Retain'),
    whenScaled: preset(text('Retain or Delete, when it is scaled down.'), 'Retain'),
  });
  const spec = record(
    'What is wanted.',
    {
      minReadySeconds: minReadySeconds(),
      ordinals: record('How Pods are numbered.', { start: int('The first number.') }),
      persistentVolumeClaimRetentionPolicy: preset(retention, {}),
      podManagementPolicy: preset(text('OrderedReady or Parallel.'), 'OrderedReady'),
      replicas: replicas(),
      revisionHistoryLimit: history(),
      selector: selector(),
      serviceName: exactText('The Service that gives the Pods their DNS names.'),
      template: always(podTemplate()),
      updateStrategy: rolling(
        {
          maxUnavailable: intOrText('How many Pods may be missing.'),
          partition: int('Pods with a lower number are not changed.'),
        },
        'RollingUpdate or OnDelete.',
      ),
      volumeClaimTemplates: list('Claims that every Pod gets.', claim),
    },
    ['selector', 'template'],
  );
  const counters = ['availableReplicas', 'currentReplicas', 'readyReplicas', 'updatedReplicas'];
  return kindSchema('Pods with numbers and volumes of their own.', {
    spec: always(spec),
    status: status(counters, {
      currentRevision: text('The state of Pods not changed yet.'),
      replicas: preset(int('How many Pods there are.'), 0),
      updateRevision: text('The newest state.'),
    }),
  });
}
