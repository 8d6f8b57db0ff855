import { olderConditions } from '../conditions.ts';
import {
  always,
  exactText,
  flag,
  int,
  type KindSchema,
  keyed,
  knownText,
  list,
  long,
  map,
  mark,
  mergedBy,
  preset,
  quantity,
  record,
  text,
  time,
} from '../schema-dsl.ts';
import { resources } from './container-schema.ts';

/** What has become of a Pod (core/v1 PodStatus). */
export function podStatus(): KindSchema {
  const address = (description: string) => record(description, { ip: text('The address.') }, ['ip']);
  const statuses = (description: string) => list(description, containerStatus());
  return record('What has been reached.', {
    allocatedResources: map('What is set aside for it.', quantity('An amount.')),
    conditions: olderConditions({
      lastProbeTime: time('When it was last asked for.'),
      observedGeneration: long('The generation of the Pod that this was said of.'),
    }),
    containerStatuses: statuses('Its containers.'),
    ephemeralContainerStatuses: statuses('Its ephemeral containers.'),
    extendedResourceClaimStatus: record('The claim for extended resources.', {
      requestMappings: list('Which request is for what.', mapping()),
      resourceClaimName: text('The claim.'),
    }),
    hostIP: text('Address of the node.'),
    hostIPs: mergedBy('ip', list('All addresses of the node.', address('One address.'))),
    initContainerStatuses: statuses('Its init containers.'),
    message: text('Why it is in this state, for people.'),
    nominatedNodeName: text('The node it may get.'),
    observedGeneration: long('The generation of the Pod that this was said of.'),
    phase: text('Pending, Running, Succeeded, Failed or Unknown.'),
    podIP: text('Its address.'),
    podIPs: keyed(['ip'], 'All of its addresses.', address('One address.')),
    qosClass: text('Guaranteed, Burstable or BestEffort.'),
    reason: text('Why it is in this state, in one word.'),
    resize: text('How far a change of resources has come.'),
    resourceClaimStatuses: keyed(
      ['name'],
      'Its claims for devices.',
      record('One claim.', { name: text('Its name.'), resourceClaimName: exactText('The claim.') }, ['name']),
    ),
    resources: resources('What all containers together have.'),
    startTime: time('When the node took it.'),
  });
}

function mapping(): KindSchema {
  return record('One request.', {
    containerName: text('The container.'),
    requestName: text('The request.'),
    resourceName: text('The resource.'),
  });
}

function containerStatus(): KindSchema {
  return record(
    'One container.',
    {
      allocatedResources: map('What is set aside for it.', quantity('An amount.')),
      allocatedResourcesStatus: keyed(
        ['name'],
        'State of its devices.',
        record('One resource.', { name: text('Its name.'), resources: list('The devices.', health()) }, [
          'name',
        ]),
      ),
      containerID: text('How the runtime calls it.'),
      image: knownText('Its image.'),
      imageID: knownText('The image as it was found.'),
      lastState: always(state('Its state before the last restart.')),
      name: knownText('Its name.'),
      ready: preset(flag('Whether it is ready.'), false),
      resources: resources('What it has.'),
      restartCount: preset(int('How often it was restarted.'), 0),
      started: flag('Whether it has started.'),
      state: always(state('Its state.')),
      stopSignal: exactText('The signal that ends it.'),
      user: record('Who it runs as.', {
        linux: record('On Linux.', {
          gid: long('Group.'),
          supplementalGroups: list('Further groups.', long('A group.')),
          uid: long('User.'),
        }),
      }),
      volumeMounts: keyed(['mountPath'], 'Its mounts.', mount()),
    },
    ['name', 'ready', 'restartCount', 'image', 'imageID'],
  );
}

function health(): KindSchema {
  return record('One device.', {
    health: text('Healthy, Unhealthy or Unknown.'),
    message: exactText('Details.'),
    resourceID: text('The device.'),
  });
}

function mount(): KindSchema {
  return record('One mount.', {
    mountPath: text('Where it is.'),
    name: text('The volume.'),
    readOnly: mark('Whether it is read-only.'),
    recursiveReadOnly: exactText('Whether mounts inside are read-only too.'),
    volumeStatus: record('State of the volume.', {
      image: record('Of an image.', { imageRef: text('The image as it was found.') }),
    }),
  });
}

function state(description: string): KindSchema {
  return record(description, {
    running: record('It runs.', { startedAt: time('Since when.') }),
    terminated: record(
      'It has ended.',
      {
        containerID: text('How the runtime called it.'),
        exitCode: int('How it ended.'),
        finishedAt: time('When it ended.'),
        message: text('Its last words.'),
        reason: text('Why, in one word.'),
        signal: int('The signal that ended it.'),
        startedAt: time('When it had started.'),
      },
      ['exitCode'],
    ),
    waiting: record('It waits.', {
      message: text('For what, for people.'),
      reason: text('For what, in one word.'),
    }),
  });
}
