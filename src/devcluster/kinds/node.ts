import type { ApiObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import { behaviour } from './behaviour.ts';
import { olderConditions } from './conditions.ts';
import { defineKind, statusSubresource } from './define.ts';
import { recordAt, recordsAt } from './reading.ts';
import {
  always,
  anything,
  int,
  type KindSchema,
  keyed,
  kindSchema,
  knownText,
  list,
  long,
  map,
  mark,
  quantity,
  record,
  set,
  text,
  time,
} from './schema-dsl.ts';
import { column, table } from './table-columns.ts';

/** core/v1 Node. */
export function nodeType(): ResourceType {
  const taint = record(
    'Keeps Pods away that do not tolerate it.',
    {
      effect: text('NoSchedule, PreferNoSchedule or NoExecute.'),
      key: text('Its key.'),
      timeAdded: time('When it was added.'),
      value: text('Its value.'),
    },
    ['key', 'effect'],
  );
  const schema = kindSchema('A machine on which Pods run.', {
    spec: always(
      record('What is wanted.', {
        configSource: anything('Not used any more.'),
        externalID: text('Not used any more.'),
        podCIDR: text('The addresses of its Pods.'),
        podCIDRs: {
          ...set('The same for several families.', text('A CIDR.')),
          'x-kubernetes-patch-strategy': 'merge',
        },
        providerID: text('How the cloud calls it.'),
        taints: list('What keeps Pods away.', taint),
        unschedulable: mark('Whether it gets no new Pods.'),
      }),
    ),
    status: always(nodeStatus()),
  });
  return defineKind({
    group: '',
    kind: 'Node',
    plural: 'nodes',
    shortNames: ['no'],
    namespaced: false,
    subresources: [statusSubresource],
    schema,
    // A node reports its own status when it registers itself, so a status in a creation is kept.
    behaviour: behaviour(schema),
    table: table([column('Status', 'Whether it is ready.'), column('Roles', 'What it is for.')], (object) => [
      readiness(object),
      roles(object),
    ]),
  });
}

function nodeStatus(): KindSchema {
  const infoFields = [
    'architecture',
    'bootID',
    'containerRuntimeVersion',
    'kernelVersion',
    'kubeProxyVersion',
    'kubeletVersion',
    'machineID',
    'operatingSystem',
    'osImage',
    'systemUUID',
  ];
  const address = record('One address.', { address: text('The address.'), type: text('What it is.') }, [
    'type',
    'address',
  ]);
  return record('What has been reached.', {
    addresses: keyed(['type'], 'Its addresses.', address),
    allocatable: map('What Pods may use.', quantity('An amount.')),
    capacity: map('What there is.', quantity('An amount.')),
    conditions: olderConditions({ lastHeartbeatTime: time('When it was last reported.') }),
    config: anything('Not used any more.'),
    daemonEndpoints: always(
      record('Ports of its daemons.', {
        kubeletEndpoint: always(record('The kubelet.', { Port: { ...int('Its port.'), default: 0 } })),
      }),
    ),
    declaredFeatures: list('Features it has.', text('A feature.')),
    features: anything('Features it has.'),
    images: list(
      'Images that are there.',
      record('One image.', { names: list('Its names.', text('A name.')), sizeBytes: long('Its size.') }),
    ),
    nodeInfo: always(
      record('Versions and identifiers.', {
        ...Object.fromEntries(infoFields.map((name) => [name, knownText('A version or an identifier.')])),
        swap: anything('Swap space.'),
      }),
    ),
    phase: text('Not used any more.'),
    runtimeHandlers: list('What can run containers.', anything('One handler.')),
    volumesAttached: list('Volumes that are attached.', anything('One volume.')),
    volumesInUse: list('Volumes that are in use.', text('A volume.')),
  });
}

function readiness(object: ApiObject): string {
  const ready = recordsAt(recordAt(object, 'status'), 'conditions').find((one) => one.type === 'Ready');
  const state = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return recordAt(object, 'spec').unschedulable === true ? `${state},SchedulingDisabled` : state;
}

function roles(object: ApiObject): string {
  const prefix = 'node-role.kubernetes.io/';
  const names = Object.keys(object.metadata.labels ?? {})
    .filter((label) => label.startsWith(prefix))
    .map((label) => label.slice(prefix.length))
    .sort();
  return names.join(',') || '<none>';
}
