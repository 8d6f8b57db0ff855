import { objectMetaSchema } from '../../schema/object-meta-schema.ts';
import {
  always,
  exactText,
  flag,
  int,
  type KindSchema,
  keyed,
  kindSchema,
  long,
  map,
  mark,
  orNullWhenUnset,
  preset,
  quantity,
  record,
  text,
  whole,
} from '../schema-dsl.ts';
import { container, imagePullSecrets, resources } from './container-schema.ts';
import { podStatus } from './pod-status-schema.ts';
import {
  affinity,
  claimsAndGates,
  dnsConfig,
  hostAliases,
  tolerations,
  topologySpreadConstraints,
} from './scheduling-schema.ts';
import { podSecurity } from './security-schema.ts';
import { volumes } from './volume-schema.ts';

/** The schema of core/v1 Pod. */
export function podSchema(): KindSchema {
  return kindSchema('Containers that run together on one node.', {
    spec: always(podSpec()),
    status: always(podStatus()),
  });
}

/** A Pod to be made (core/v1 PodTemplateSpec). */
export function podTemplate(): KindSchema {
  return record('The Pods that are made.', { metadata: always(objectMetaSchema()), spec: always(podSpec()) });
}

/** What a Pod consists of (core/v1 PodSpec). */
export function podSpec(): KindSchema {
  return record(
    'What is wanted.',
    {
      ...containers(),
      ...placement(),
      ...identity(),
      ...network(),
      activeDeadlineSeconds: long('How long it may run.'),
      os: record('The operating system it needs.', { name: text('linux or windows.') }, ['name']),
      overhead: map('What it uses beside its containers.', quantity('An amount.')),
      resources: resources('What all containers together may use.'),
      restartPolicy: preset(text('Always, OnFailure or Never.'), 'Always'),
      securityContext: preset(podSecurity(), {}),
      terminationGracePeriodSeconds: preset(long('How long it may take to end.'), 30),
      volumes: volumes(),
    },
    ['containers'],
  );
}

function containers(): Record<string, KindSchema> {
  const target = { targetContainerName: text('The container whose processes it sees.') };
  return {
    containers: orNullWhenUnset(keyed(['name'], 'The containers, at least one.', container())),
    ephemeralContainers: keyed(
      ['name'],
      'Containers added while it runs, to look inside.',
      container(target),
    ),
    imagePullSecrets: imagePullSecrets(),
    initContainers: keyed(['name'], 'Containers that run first, one after the other.', container()),
    shareProcessNamespace: flag('Whether the containers see the processes of each other.'),
  };
}

function placement(): Record<string, KindSchema> {
  return {
    affinity: affinity(),
    ...claimsAndGates(),
    nodeName: text('The node it is on.'),
    nodeSelector: whole(map('Labels that the node must have.', text('A value.'))),
    preemptionPolicy: exactText('Whether it may drive out others.'),
    priority: int('How important it is. Set by the server.'),
    priorityClassName: text('The class that says how important it is.'),
    runtimeClassName: exactText('What runs its containers.'),
    schedulerName: preset(text('Who chooses the node.'), 'default-scheduler'),
    tolerations: tolerations(),
    topologySpreadConstraints: topologySpreadConstraints(),
  };
}

function identity(): Record<string, KindSchema> {
  return {
    automountServiceAccountToken: flag('Whether containers get a token of the ServiceAccount.'),
    serviceAccount: text('Deprecated: the same as serviceAccountName.'),
    serviceAccountName: text('The ServiceAccount it runs as.'),
  };
}

function network(): Record<string, KindSchema> {
  return {
    dnsConfig: dnsConfig(),
    dnsPolicy: preset(text('ClusterFirst, ClusterFirstWithHostNet, Default or None.'), 'ClusterFirst'),
    enableServiceLinks: flag('Whether Services become environment variables.'),
    hostAliases: hostAliases(),
    hostIPC: mark('Whether it shares the IPC namespace of the node.'),
    hostNetwork: mark('Whether it shares the network of the node.'),
    hostPID: mark('Whether it sees the processes of the node.'),
    hostUsers: flag('Whether it shares the users of the node.'),
    hostname: text('Its host name.'),
    hostnameOverride: exactText('Its host name, whatever else is said.'),
    setHostnameAsFQDN: flag('Whether its host name is its full DNS name.'),
    subdomain: text('Its subdomain.'),
  };
}
