import { keyReference, localReference } from '../references.ts';
import {
  always,
  exactText,
  flag,
  int,
  type KindSchema,
  keyed,
  list,
  map,
  mark,
  positive,
  preset,
  quantity,
  record,
  text,
  whole,
} from '../schema-dsl.ts';
import { lifecycle, probe } from './probe-schema.ts';
import { containerSecurity } from './security-schema.ts';

/** What a container may use (core/v1 ResourceRequirements). */
export const resources = (description: string): KindSchema =>
  record(description, {
    claims: keyed(
      ['name'],
      'Claims of the Pod that it uses.',
      record('One claim.', { name: text('Its name in the Pod.'), request: text('The part of it.') }, [
        'name',
      ]),
    ),
    limits: map('The most it may use, as cpu and memory.', quantity('An amount.')),
    requests: map('What is set aside for it.', quantity('An amount.')),
  });

/** A field of the Pod itself (core/v1 ObjectFieldSelector). */
export const fieldReference = (): KindSchema =>
  whole(
    record(
      'A field of the Pod.',
      {
        apiVersion: preset(text('API version of the path.'), 'v1'),
        fieldPath: text('The path, as metadata.name.'),
      },
      ['fieldPath'],
    ),
  );

/** Resources of a container (core/v1 ResourceFieldSelector). */
export const resourceReference = (): KindSchema =>
  whole(
    record(
      'Resources of a container.',
      {
        containerName: text('The container.'),
        divisor: quantity('What the value is divided by.'),
        resource: text('The resource, as limits.cpu.'),
      },
      ['resource'],
    ),
  );

function environment(): Record<string, KindSchema> {
  const file = record(
    'A key of a file in a volume.',
    {
      key: text('The key.'),
      optional: flag('Whether it may be missing.'),
      path: text('The file.'),
      volumeName: text('The volume.'),
    },
    ['volumeName', 'path', 'key'],
  );
  const variable = record(
    'One variable.',
    {
      name: text('Its name.'),
      value: text('Its value.'),
      valueFrom: record('Where its value comes from.', {
        configMapKeyRef: keyReference('A key of a ConfigMap.'),
        fieldRef: fieldReference(),
        fileKeyRef: whole(file),
        resourceFieldRef: resourceReference(),
        secretKeyRef: keyReference('A key of a Secret.'),
      }),
    },
    ['name'],
  );
  const source = (description: string) =>
    record(description, { name: text('Its name.'), optional: flag('Whether it may be missing.') });
  return {
    env: keyed(['name'], 'Environment variables.', variable),
    envFrom: list(
      'Objects whose keys become environment variables.',
      record('One object.', {
        configMapRef: source('A ConfigMap.'),
        prefix: text('Put before every key.'),
        secretRef: source('A Secret.'),
      }),
    ),
  };
}

function files(): Record<string, KindSchema> {
  const device = record(
    'One device.',
    { devicePath: text('Where it is in the container.'), name: text('The claim it comes from.') },
    ['name', 'devicePath'],
  );
  const mount = record(
    'One mount.',
    {
      mountPath: text('Where it is in the container.'),
      mountPropagation: exactText('Whether mounts pass between host and container.'),
      name: text('The volume of the Pod.'),
      readOnly: mark('Whether it is read-only.'),
      recursiveReadOnly: exactText('Whether mounts inside are read-only too.'),
      subPath: text('The part of the volume that is mounted.'),
      subPathExpr: text('The same with variables.'),
    },
    ['name', 'mountPath'],
  );
  return {
    volumeDevices: keyed(['devicePath'], 'Block devices of the Pod that it uses.', device),
    volumeMounts: keyed(['mountPath'], 'Volumes of the Pod that it uses.', mount),
  };
}

function ports(): KindSchema {
  const port = record(
    'One port.',
    {
      containerPort: int('Its number.'),
      hostIP: text('The address of the host it is bound to.'),
      hostPort: positive('The port of the host it is bound to.'),
      name: text('A name that Services can use.'),
      protocol: preset(text('TCP, UDP or SCTP.'), 'TCP'),
    },
    ['containerPort'],
  );
  return keyed(['containerPort', 'protocol'], 'Ports it listens on, for information.', port);
}

function restarts(): Record<string, KindSchema> {
  const rule = record(
    'One rule.',
    {
      action: text('What is done, as Restart.'),
      exitCodes: record(
        'Which exit codes are meant.',
        { operator: text('In or NotIn.'), values: list('The exit codes.', int('An exit code.')) },
        ['operator'],
      ),
    },
    ['action'],
  );
  return {
    resizePolicy: list(
      'What happens when resources change.',
      record(
        'For one resource.',
        { resourceName: text('The resource.'), restartPolicy: text('What happens.') },
        ['resourceName', 'restartPolicy'],
      ),
    ),
    restartPolicy: exactText('Always makes an init container run beside the others.'),
    restartPolicyRules: list('Which exit codes restart it.', rule),
  };
}

/** One container of a Pod (core/v1 Container). */
export function container(more: Record<string, KindSchema> = {}): KindSchema {
  return record(
    'One container.',
    {
      args: list('Arguments of the command.', text('A word.')),
      command: list('The command; that of the image if absent.', text('A word.')),
      ...environment(),
      image: text('The image it is started from.'),
      imagePullPolicy: text('Always, IfNotPresent or Never.'),
      lifecycle: lifecycle(),
      livenessProbe: probe('Restarts the container when it fails.'),
      name: text('Its name, unique in the Pod. Cannot be changed.'),
      ports: ports(),
      readinessProbe: probe('Takes the container out of Services while it fails.'),
      resources: always(resources('What it may use.')),
      ...restarts(),
      securityContext: containerSecurity(),
      startupProbe: probe('Holds the other probes back until it succeeds.'),
      stdin: mark('Whether it has an input.'),
      stdinOnce: mark('Whether the input is closed after the first client.'),
      terminationMessagePath: preset(text('The file with its last words.'), '/dev/termination-log'),
      terminationMessagePolicy: preset(text('File or FallbackToLogsOnError.'), 'File'),
      tty: mark('Whether it has a terminal.'),
      ...files(),
      workingDir: text('The directory it starts in.'),
      ...more,
    },
    ['name'],
  );
}

/** Secrets with which images are pulled. */
export const imagePullSecrets = (): KindSchema =>
  keyed(['name'], 'Secrets with which images are pulled.', localReference('A Secret.'));
