import type { ApiObject, JsonObject } from '../json.ts';
import { areEqual, copyOf } from '../schema/values.ts';
import { ensureRecord, numberAt, optionalRecordAt, recordAt, recordsAt, textAt, textsAt } from './reading.ts';

/** What a Service is if it does not say otherwise (Kubernetes SetDefaults_Service). */
export function defaultService(object: ApiObject): void {
  const spec = ensureRecord(object, 'spec');
  spec.type ??= 'ClusterIP';
  spec.sessionAffinity ??= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP') {
    const clientIP = ensureRecord(ensureRecord(spec, 'sessionAffinityConfig'), 'clientIP');
    clientIP.timeoutSeconds ??= 10_800;
  }
  for (const port of recordsAt(spec, 'ports')) {
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') {
      if (port.port !== undefined) port.targetPort = port.port;
    }
  }
  if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster';
  if (isOutside(spec)) spec.externalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') {
    spec.allocateLoadBalancerNodePorts ??= true;
    for (const address of recordsAt(recordAt(recordAt(object, 'status'), 'loadBalancer'), 'ingress')) {
      if (textAt(address, 'ip') !== '') address.ipMode ??= 'VIP';
    }
  }
}

/** Of a type that is reached from outside the cluster, through node ports. */
export function isOutside(spec: JsonObject): boolean {
  return spec.type === 'NodePort' || spec.type === 'LoadBalancer';
}

/** Has an address inside the cluster, or says None for it. */
export function needsClusterAddress(spec: JsonObject): boolean {
  return spec.type === 'ClusterIP' || isOutside(spec);
}

/** Needs a port for health checks of its node. */
export function needsHealthCheckPort(spec: JsonObject): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

/** What the server has given to a Service stays with it if an update leaves it out. */
export function keepAllocated(spec: JsonObject, old: JsonObject): void {
  alignClusterAddresses(spec, old);
  if (needsClusterAddress(spec) && needsClusterAddress(old)) {
    if (textAt(spec, 'clusterIP') === '' && textsAt(spec, 'clusterIPs').length === 0) {
      copyField(spec, old, 'clusterIP');
      copyField(spec, old, 'clusterIPs');
    }
    if (spec.ipFamilies === undefined) copyField(spec, old, 'ipFamilies');
    if (spec.ipFamilyPolicy === undefined) copyField(spec, old, 'ipFamilyPolicy');
  }
  if (isOutside(spec) && isOutside(old)) keepNodePorts(spec, old);
  if (needsHealthCheckPort(spec) && needsHealthCheckPort(old)) {
    if (numberAt(spec, 'healthCheckNodePort') === undefined) copyField(spec, old, 'healthCheckNodePort');
  }
}

/** clusterIP and the first of clusterIPs are the same, whichever of them the client wrote. */
function alignClusterAddresses(spec: JsonObject, old: JsonObject): void {
  const one = textAt(spec, 'clusterIP');
  const all = textsAt(spec, 'clusterIPs');
  const unchangedList = areEqual(spec.clusterIPs, old.clusterIPs);
  if (one === '' && unchangedList) delete spec.clusterIPs;
  else if (one !== '' && unchangedList && one !== textAt(old, 'clusterIP')) spec.clusterIPs = [one];
  else if (one === '' && all[0] !== undefined) spec.clusterIP = all[0];
  else if (one !== '' && all.length === 0) spec.clusterIPs = [one];
}

function keepNodePorts(spec: JsonObject, old: JsonObject): void {
  const before = recordsAt(old, 'ports');
  for (const port of recordsAt(spec, 'ports')) {
    if (port.nodePort !== undefined) continue;
    const same = before.find((other) => other.port === port.port && other.protocol === port.protocol);
    if (same?.nodePort !== undefined) port.nodePort = same.nodePort;
  }
}

/**
 * Takes away what the former type needed and the new one does not know, as far as the client did not set it anew
 * (Kubernetes dropTypeDependentFields).
 */
export function dropForeignFields(spec: JsonObject, old: JsonObject): void {
  const drop = (field: string) => {
    if (areEqual(spec[field], old[field])) delete spec[field];
  };
  if (needsClusterAddress(old) && !needsClusterAddress(spec)) {
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy'])
      drop(field);
  }
  if (isOutside(old) && !isOutside(spec)) {
    dropNodePorts(spec, old);
    drop('externalTrafficPolicy');
  }
  if (needsHealthCheckPort(old) && !needsHealthCheckPort(spec)) drop('healthCheckNodePort');
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    for (const field of ['allocateLoadBalancerNodePorts', 'loadBalancerClass']) drop(field);
  }
  if (old.type === 'ExternalName' && spec.type !== 'ExternalName') drop('externalName');
}

function dropNodePorts(spec: JsonObject, old: JsonObject): void {
  const before = new Set(recordsAt(old, 'ports').map((port) => port.nodePort));
  for (const port of recordsAt(spec, 'ports')) if (before.has(port.nodePort)) delete port.nodePort;
}

/** A Service that is no load balancer any more has no addresses of one. */
export function dropBalancerStatus(object: ApiObject): void {
  const status = optionalRecordAt(object, 'status');
  if (status !== undefined && recordAt(object, 'spec').type !== 'LoadBalancer') status.loadBalancer = {};
}

function copyField(spec: JsonObject, old: JsonObject, field: string): void {
  if (old[field] !== undefined) spec[field] = copyOf(old[field]);
}
