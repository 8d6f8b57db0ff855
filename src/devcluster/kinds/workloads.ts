import type { ApiObject, JsonObject } from '../json.ts';
import type { FieldError, ResourceType, SubresourceType } from '../resource-type.ts';
import { invalidValue, notSupported } from '../schema/field-errors.ts';
import { areEqual } from '../schema/values.ts';
import { behaviour } from './behaviour.ts';
import { defineKind, scaleSubresource, statusSubresource } from './define.ts';
import { defaultPodSpec } from './pod/pod-defaults.ts';
import { podSpecErrors, selectorErrors } from './pod/pod-validation.ts';
import { immutable } from './problems.ts';
import { ensureRecord, numberAt, orNull, recordAt } from './reading.ts';
import type { KindSchema } from './schema-dsl.ts';
import { column, table } from './table-columns.ts';
import {
  daemonSetSchema,
  deploymentSchema,
  replicaSetSchema,
  statefulSetSchema,
} from './workload-schemas.ts';

// Nothing makes Pods of these: they can be written and read, scaled and watched, and a client may write their status.

/** apps/v1 Deployment, DaemonSet, ReplicaSet and StatefulSet. */
export function workloadTypes(): ResourceType[] {
  const scaled = [scaleSubresource, statusSubresource];
  return [
    workload('DaemonSet', daemonSetSchema(), {
      shortNames: ['ds'],
      subresources: [statusSubresource],
      counters: daemonCounters,
    }),
    workload('Deployment', deploymentSchema(), {
      shortNames: ['deploy'],
      subresources: scaled,
      counters: deploymentCounters,
    }),
    workload('ReplicaSet', replicaSetSchema(), {
      shortNames: ['rs'],
      subresources: scaled,
      counters: replicaCounters,
    }),
    workload('StatefulSet', statefulSetSchema(), {
      shortNames: ['sts'],
      subresources: scaled,
      counters: readyCounter,
    }),
  ];
}

interface WorkloadParts {
  shortNames: readonly string[];
  subresources: readonly SubresourceType[];
  counters: Counters;
}

interface Counters {
  columns: readonly [string, string][];
  cells(spec: JsonObject, status: JsonObject): (string | number)[];
}

function workload(kind: string, schema: KindSchema, parts: WorkloadParts): ResourceType {
  const columns = parts.counters.columns.map(([name, description]) => column(name, description));
  return defineKind({
    group: 'apps',
    kind,
    plural: `${kind.toLowerCase()}s`,
    shortNames: parts.shortNames,
    categories: ['all'],
    subresources: parts.subresources,
    schema,
    behaviour: behaviour(schema, { status: true, generation: true, normalize: defaultWorkload, validate }),
    table: table(columns, (object) =>
      parts.counters.cells(recordAt(object, 'spec'), recordAt(object, 'status')),
    ),
  });
}

function defaultWorkload(object: ApiObject): void {
  const spec = ensureRecord(object, 'spec');
  defaultPodSpec(ensureRecord(ensureRecord(spec, 'template'), 'spec'));
  const rolling = { Deployment: 'strategy', DaemonSet: 'updateStrategy', StatefulSet: 'updateStrategy' }[
    object.kind
  ];
  if (rolling === undefined) return;
  const strategy = ensureRecord(spec, rolling);
  if (strategy.type !== 'RollingUpdate') return;
  const update = ensureRecord(strategy, 'rollingUpdate');
  if (object.kind === 'Deployment') {
    update.maxUnavailable ??= '25%';
    update.maxSurge ??= '25%';
  } else if (object.kind === 'DaemonSet') {
    update.maxUnavailable ??= 1;
    update.maxSurge ??= 0;
  } else update.partition ??= 0;
}

function validate(object: ApiObject, existing: ApiObject | null): readonly FieldError[] {
  const spec = recordAt(object, 'spec');
  const template = recordAt(recordAt(spec, 'template'), 'spec');
  const errors = [...selectorErrors(spec), ...podSpecErrors(template, 'spec.template.spec')];
  const replicas = numberAt(spec, 'replicas');
  if (replicas !== undefined && replicas < 0) {
    errors.push(invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'));
  }
  if (template.restartPolicy !== undefined && template.restartPolicy !== 'Always') {
    errors.push(notSupported('spec.template.spec.restartPolicy', template.restartPolicy, ['Always']));
  }
  if (existing !== null && !areEqual(spec.selector, recordAt(existing, 'spec').selector)) {
    errors.push(immutable('spec.selector', orNull(spec.selector)));
  }
  return errors;
}

const count = (status: JsonObject, name: string) => numberAt(status, name) ?? 0;

const deploymentCounters: Counters = {
  columns: [
    ['Ready', 'Pods that are ready, of those wanted.'],
    ['Up-to-date', 'Pods of the newest template.'],
    ['Available', 'Pods that have been ready for long enough.'],
  ],
  cells: (spec, status) => [
    `${count(status, 'readyReplicas')}/${count(spec, 'replicas')}`,
    count(status, 'updatedReplicas'),
    count(status, 'availableReplicas'),
  ],
};

const daemonCounters: Counters = {
  columns: [
    ['Desired', 'Nodes that should have a Pod.'],
    ['Current', 'Nodes that have one.'],
    ['Ready', 'Pods that are ready.'],
    ['Up-to-date', 'Pods of the newest template.'],
    ['Available', 'Pods that have been ready for long enough.'],
  ],
  cells: (_spec, status) => [
    count(status, 'desiredNumberScheduled'),
    count(status, 'currentNumberScheduled'),
    count(status, 'numberReady'),
    count(status, 'updatedNumberScheduled'),
    count(status, 'numberAvailable'),
  ],
};

const replicaCounters: Counters = {
  columns: [
    ['Desired', 'Pods that are wanted.'],
    ['Current', 'Pods that exist.'],
    ['Ready', 'Pods that are ready.'],
  ],
  cells: (spec, status) => [
    count(spec, 'replicas'),
    count(status, 'replicas'),
    count(status, 'readyReplicas'),
  ],
};

const readyCounter: Counters = {
  columns: [['Ready', 'Pods that are ready, of those wanted.']],
  cells: (spec, status) => [`${count(status, 'readyReplicas')}/${count(spec, 'replicas')}`],
};
