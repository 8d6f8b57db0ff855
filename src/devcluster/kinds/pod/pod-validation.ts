import type { JsonObject } from '../../json.ts';
import type { FieldError } from '../../resource-type.ts';
import { duplicate, forbidden, invalidValue, notSupported, required } from '../../schema/field-errors.ts';
import { areEqual, copyOf } from '../../schema/values.ts';
import { labelProblems, portNameProblems, portNumberProblems, subdomainProblems } from '../names.ts';
import { invalidFor } from '../problems.ts';
import { numberAt, optionalRecordAt, orNull, recordAt, recordsAt, textAt } from '../reading.ts';

/** What is wrong with the spec of a Pod or of a template at `path`, as far as a controller's manifests can get it wrong. */
export function podSpecErrors(spec: JsonObject, path: string): FieldError[] {
  const volumes = new Set<string>();
  const errors = recordsAt(spec, 'volumes').flatMap((volume, index) =>
    nameErrors(textAt(volume, 'name'), `${path}.volumes[${index}]`, volumes),
  );
  const names = new Set<string>();
  if (recordsAt(spec, 'containers').length === 0) errors.push(required(`${path}.containers`));
  for (const list of ['containers', 'initContainers']) {
    recordsAt(spec, list).forEach((container, index) => {
      const field = `${path}.${list}[${index}]`;
      errors.push(
        ...nameErrors(textAt(container, 'name'), field, names),
        ...containerErrors(container, field, volumes),
      );
    });
  }
  return [...errors, ...choiceErrors(spec, path), ...accountErrors(spec, path)];
}

function nameErrors(name: string, field: string, names: Set<string>): FieldError[] {
  if (name === '') return [required(`${field}.name`)];
  const errors = invalidFor(`${field}.name`, name, labelProblems(name));
  if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
  names.add(name);
  return errors;
}

function containerErrors(container: JsonObject, field: string, volumes: ReadonlySet<string>): FieldError[] {
  const errors = textAt(container, 'image') === '' ? [required(`${field}.image`)] : [];
  const policies = ['Always', 'IfNotPresent', 'Never'];
  const policy = textAt(container, 'imagePullPolicy');
  if (!policies.includes(policy)) errors.push(notSupported(`${field}.imagePullPolicy`, policy, policies));
  recordsAt(container, 'ports').forEach((port, index) => {
    errors.push(...portErrors(port, `${field}.ports[${index}]`));
  });
  recordsAt(container, 'env').forEach((variable, index) => {
    if (textAt(variable, 'name') === '') errors.push(required(`${field}.env[${index}].name`));
  });
  recordsAt(container, 'volumeMounts').forEach((mount, index) => {
    errors.push(...mountErrors(mount, `${field}.volumeMounts[${index}]`, volumes));
  });
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = optionalRecordAt(container, name);
    if (probe !== undefined) errors.push(...probeErrors(probe, `${field}.${name}`));
  }
  return errors;
}

function portErrors(port: JsonObject, field: string): FieldError[] {
  const number = numberAt(port, 'containerPort') ?? 0;
  const name = textAt(port, 'name');
  const errors = name === '' ? [] : invalidFor(`${field}.name`, name, portNameProblems(name));
  if (number === 0) errors.push(required(`${field}.containerPort`));
  else errors.push(...invalidFor(`${field}.containerPort`, number, portNumberProblems(number)));
  if (!['TCP', 'UDP', 'SCTP'].includes(textAt(port, 'protocol'))) {
    errors.push(notSupported(`${field}.protocol`, orNull(port.protocol), ['SCTP', 'TCP', 'UDP']));
  }
  return errors;
}

function mountErrors(mount: JsonObject, field: string, volumes: ReadonlySet<string>): FieldError[] {
  const name = textAt(mount, 'name');
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(`${field}.name`));
  else if (!volumes.has(name)) {
    errors.push({
      reason: 'FieldValueNotFound',
      field: `${field}.name`,
      message: `Not found: ${JSON.stringify(name)}`,
    });
  }
  if (textAt(mount, 'mountPath') === '') errors.push(required(`${field}.mountPath`));
  return errors;
}

function probeErrors(probe: JsonObject, field: string): FieldError[] {
  const handlers = ['exec', 'grpc', 'httpGet', 'tcpSocket'].filter((name) => probe[name] !== undefined);
  if (handlers.length === 0) return [required(field, 'must specify a handler type')];
  const [, second] = handlers;
  return second === undefined
    ? []
    : [forbidden(`${field}.${second}`, 'may not specify more than 1 handler type')];
}

function choiceErrors(spec: JsonObject, path: string): FieldError[] {
  const choices: Record<string, readonly string[]> = {
    restartPolicy: ['Always', 'OnFailure', 'Never'],
    dnsPolicy: ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'],
  };
  return Object.entries(choices)
    .filter(([name, supported]) => !supported.includes(textAt(spec, name)))
    .map(([name, supported]) => notSupported(`${path}.${name}`, textAt(spec, name), supported));
}

function accountErrors(spec: JsonObject, path: string): FieldError[] {
  const name = textAt(spec, 'serviceAccountName');
  return name === '' ? [] : invalidFor(`${path}.serviceAccountName`, name, subdomainProblems(name));
}

/** A Pod that exists is fixed, but for its images, its deadline and further tolerations. */
export function podChangeErrors(spec: JsonObject, old: JsonObject): FieldError[] {
  if (areEqual(fixedPart(spec, old), fixedPart(old, old))) return [];
  const fields = '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`';
  const more =
    '`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds`';
  const rule = `pod updates may not change fields other than ${fields},${more} (allow it to be set to 1 if it was previously negative)`;
  return [forbidden('spec', rule)];
}

function fixedPart(spec: JsonObject, old: JsonObject): JsonObject {
  const fixed = copyOf(spec) as JsonObject;
  delete fixed.activeDeadlineSeconds;
  delete fixed.nodeName;
  for (const list of ['containers', 'initContainers']) {
    for (const container of recordsAt(fixed, list)) delete container.image;
  }
  const before = recordsAt(old, 'tolerations');
  const now = recordsAt(spec, 'tolerations');
  const keepsAll = before.every((one) => now.some((other) => areEqual(one, other)));
  if (keepsAll) fixed.tolerations = copyOf(before);
  return fixed;
}

/** A selector must be there and must choose what the template makes. */
export function selectorErrors(spec: JsonObject): FieldError[] {
  const selector = optionalRecordAt(spec, 'selector');
  if (selector === undefined) return [required('spec.selector')];
  const labels = recordAt(recordAt(recordAt(spec, 'template'), 'metadata'), 'labels');
  const missing = Object.entries(recordAt(selector, 'matchLabels')).some(
    ([name, value]) => labels[name] !== value,
  );
  if (!missing) return [];
  return [
    invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'),
  ];
}
