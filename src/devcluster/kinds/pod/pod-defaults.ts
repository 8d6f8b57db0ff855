import type { JsonObject } from '../../json.ts';
import { ensureRecord, optionalRecordAt, recordAt, recordsAt, textAt } from '../reading.ts';

/**
 * What the spec of a Pod is if it does not say otherwise, beyond the defaults of its schema (Kubernetes
 * SetDefaults_PodSpec and what belongs to it).
 */
export function defaultPodSpec(spec: JsonObject): void {
  const account = textAt(spec, 'serviceAccountName') || textAt(spec, 'serviceAccount');
  if (account !== '') {
    spec.serviceAccountName = account;
    spec.serviceAccount = account;
  }
  for (const container of allContainers(spec)) defaultContainer(container, spec.hostNetwork === true);
  for (const volume of recordsAt(spec, 'volumes')) {
    const sources = Object.keys(volume).filter((name) => name !== 'name');
    if (sources.length === 0) volume.emptyDir = {};
  }
}

/** Init, usual and ephemeral containers. */
export function allContainers(spec: JsonObject): JsonObject[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((name) => recordsAt(spec, name));
}

function defaultContainer(container: JsonObject, hostNetwork: boolean): void {
  container.imagePullPolicy ??= isLatest(textAt(container, 'image')) ? 'Always' : 'IfNotPresent';
  if (!hostNetwork) return;
  for (const port of recordsAt(container, 'ports')) {
    if (port.hostPort === undefined && port.containerPort !== undefined) port.hostPort = port.containerPort;
  }
}

/** Without a tag or a digest, or with the tag `latest`. */
function isLatest(image: string): boolean {
  const tag = image.slice(image.lastIndexOf('/') + 1).split(':')[1] ?? '';
  return tag === '' || tag === 'latest';
}

/** What a Pod gets that a template does not: requests from limits, links to Services, tolerations, a priority. */
export function defaultPod(spec: JsonObject): void {
  spec.enableServiceLinks ??= true;
  for (const container of allContainers(spec)) {
    const resources = recordAt(container, 'resources');
    const limits = Object.entries(recordAt(resources, 'limits'));
    if (limits.length === 0) continue;
    const requests = ensureRecord(resources, 'requests');
    for (const [name, amount] of limits) requests[name] ??= amount;
  }
}

/**
 * What the admission plugins Priority and DefaultTolerationSeconds add to a new Pod.
 *
 * @returns the fields that were not there before
 */
export function admitPod(spec: JsonObject): string[] {
  const fields = ['priority', 'preemptionPolicy', 'tolerations'];
  const added = fields.filter((field) => spec[field] === undefined);
  if (textAt(spec, 'priorityClassName') === '') spec.priority ??= 0;
  spec.preemptionPolicy ??= 'PreemptLowerPriority';
  const tolerations = recordsAt(spec, 'tolerations');
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    if (tolerations.some((one) => tolerates(one, key))) continue;
    tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
  }
  spec.tolerations = tolerations;
  return added;
}

function tolerates(toleration: JsonObject, key: string): boolean {
  const keyFits = textAt(toleration, 'key') === key || textAt(toleration, 'key') === '';
  return keyFits && ['', 'NoExecute'].includes(textAt(toleration, 'effect'));
}

/** How a Pod is treated when resources run short (Kubernetes GetPodQOS). */
export function qosClass(spec: JsonObject): string {
  const containers = [...recordsAt(spec, 'initContainers'), ...recordsAt(spec, 'containers')];
  const amounts = containers.map((container) => optionalRecordAt(container, 'resources') ?? {});
  const nothing = (map: JsonObject) => Object.keys(map).every((name) => !['cpu', 'memory'].includes(name));
  if (amounts.every((one) => nothing(recordAt(one, 'limits')) && nothing(recordAt(one, 'requests')))) {
    return 'BestEffort';
  }
  const guaranteed = amounts.every((one) => {
    const limits = recordAt(one, 'limits');
    const requests = recordAt(one, 'requests');
    return ['cpu', 'memory'].every((name) => limits[name] !== undefined && limits[name] === requests[name]);
  });
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
