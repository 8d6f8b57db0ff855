import { serviceNameLabel } from '../api/kubernetes.ts';
import type { ClusterView, KubeObject } from '../model/cluster.ts';
import type { Endpoint } from '../model/endpoint.ts';
import { byCodeUnit } from '../model/order.ts';
import type { PlanService } from '../model/plan.ts';
import { type PortProtocol, portsOf } from './service.ts';
import { elementsOf, fieldsOf, flagOf, portOf, textOf } from './shape.ts';

/**
 * The endpoints of a service, from EndpointSlices alone and sorted by address and port. The slice's port is found by the
 * *name* of the Service's port, which is how Kubernetes ties them together. An address that stands in several slices counts
 * once, in the best condition that any of them gives it. Slices of names (`addressType: FQDN`) are passed over.
 */
export function endpointsOf(service: PlanService, view: ClusterView): readonly Endpoint[] {
  const { namespace, name } = service;
  const protocol = service.protocol === 'udp' ? 'UDP' : 'TCP';
  const ports = portsOf(view.get('Service', namespace, name), protocol);
  const port = ports.find((one) => one.port === service.port);
  if (port === undefined) return [];
  const found = new Map<string, Endpoint>();
  for (const slice of view.endpointSlicesOf(namespace, name))
    collect(slice, { name: port.name, protocol }, found);
  return Object.freeze([...found.values()].sort(byAddress));
}

/** Name of the Service that an EndpointSlice belongs to, in the slice's own namespace. */
export function serviceOfSlice(slice: KubeObject | undefined): string | undefined {
  return textOf(fieldsOf(slice?.metadata.labels)[serviceNameLabel]);
}

/** What ports of a slice are of a port of a Service. */
interface WantedPort {
  readonly name: string;
  readonly protocol: PortProtocol;
}

function collect(slice: KubeObject, wanted: WantedPort, found: Map<string, Endpoint>): void {
  const fields = fieldsOf(slice);
  const type = fields.addressType;
  if (type !== 'IPv4' && type !== 'IPv6') return;
  const ports = targetPorts(fields.ports, wanted);
  if (ports.length === 0) return;
  for (const element of elementsOf(fields.endpoints)) {
    const { addresses, conditions } = fieldsOf(element);
    // Kubernetes defines all addresses of one entry as interchangeable and says to use the first.
    const address = textOf(elementsOf(addresses)[0]);
    if (address === undefined || !isAddress(address, type)) continue;
    for (const port of ports) {
      const key = `${address} ${port}`;
      found.set(key, merged(found.get(key), endpointAt(address, port, conditions)));
    }
  }
}

function targetPorts(ports: unknown, { name, protocol }: WantedPort): readonly number[] {
  const numbers: number[] = [];
  for (const element of elementsOf(ports)) {
    const fields = fieldsOf(element);
    const port = portOf(fields.port);
    const isWanted = (textOf(fields.protocol) ?? 'TCP') === protocol;
    if (port !== undefined && isWanted && (textOf(fields.name) ?? '') === name) numbers.push(port);
  }
  return numbers;
}

/** The conditions, with the defaults of Kubernetes: ready unless told otherwise, serving as ready, not terminating. */
function endpointAt(address: string, port: number, conditions: unknown): Endpoint {
  const fields = fieldsOf(conditions);
  const ready = flagOf(fields.ready) ?? true;
  const serving = flagOf(fields.serving) ?? ready;
  return Object.freeze({ address, port, ready, serving, terminating: flagOf(fields.terminating) ?? false });
}

function merged(before: Endpoint | undefined, now: Endpoint): Endpoint {
  if (before === undefined) return now;
  return Object.freeze({
    address: now.address,
    port: now.port,
    ready: before.ready || now.ready,
    serving: before.serving || now.serving,
    terminating: before.terminating && now.terminating,
  });
}

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const ipv6 = /^(?=[^:]*:[^:]*:)[0-9a-fA-F:]{2,39}(?:(?:\d{1,3}\.){3}\d{1,3})?$/;

/** Keeps names out: an address that had to be looked up could lead anywhere. */
function isAddress(text: string, type: 'IPv4' | 'IPv6'): boolean {
  return type === 'IPv4' ? ipv4.test(text) : text.length <= 45 && ipv6.test(text);
}

function byAddress(left: Endpoint, right: Endpoint): number {
  return byCodeUnit(left.address, right.address) || left.port - right.port;
}
