import type { ApiObject, JsonObject } from '../json.ts';
import type { FieldError, WriteContext } from '../resource-type.ts';
import { invalidValue } from '../schema/field-errors.ts';
import { canonicalJson } from '../schema/values.ts';
import { markGiven } from './given.ts';
import { numberAt, recordAt, recordsAt, textAt, textsAt } from './reading.ts';
import { isOutside, needsClusterAddress, needsHealthCheckPort } from './service-defaults.ts';

const firstNodePort = 30_000;
const nodePorts = 2_768;
/** 10.96.0.0/12 without its network and broadcast address. */
const clusterAddresses = 2 ** 20 - 2;
/** Has no factor in common with the number of addresses, so that all of them come. */
const addressStep = 421_691;

/**
 * Which cluster addresses and node ports are taken, and by whom. An owner that has let go of one, or never came to be because
 * it was a dry run, is noticed when somebody else asks.
 */
export class ServiceAllocator {
  readonly #addresses = new Map<string, string>();
  readonly #ports = new Map<number, string>();
  #nextAddress = 1;
  #nextPort = 0;

  /** Gives a Service what its type needs and it does not have yet. */
  allocate(object: ApiObject, context: WriteContext): void {
    const spec = recordAt(object, 'spec');
    if (needsClusterAddress(spec)) this.#giveAddress(object, spec, context);
    if (isOutside(spec) && spec.allocateLoadBalancerNodePorts !== false) {
      for (const port of recordsAt(spec, 'ports')) {
        const key = canonicalJson({ port: port.port, protocol: port.protocol });
        this.#givePort(object, { at: port, field: 'nodePort', path: ['f:ports', `k:${key}`] }, context);
      }
    }
    if (needsHealthCheckPort(spec)) {
      this.#givePort(object, { at: spec, field: 'healthCheckNodePort', path: [] }, context);
    }
  }

  /** What a Service asks for and somebody else has. To be asked before anything is allocated. */
  conflicts(object: ApiObject, context: WriteContext): FieldError[] {
    const spec = recordAt(object, 'spec');
    const owner = keyOf(object);
    const address = textAt(spec, 'clusterIP');
    const errors: FieldError[] = [];
    if (this.#isTaken(this.#addresses, address, owner, context)) {
      const problem = `failed to allocate IP ${address}: provided IP is already allocated`;
      errors.push(invalidValue('spec.clusterIPs', textsAt(spec, 'clusterIPs'), problem));
    }
    recordsAt(spec, 'ports').forEach((port, index) => {
      const number = numberAt(port, 'nodePort');
      if (number === undefined || !this.#isTaken(this.#ports, number, owner, context)) return;
      errors.push(
        invalidValue(`spec.ports[${index}].nodePort`, number, 'provided port is already allocated'),
      );
    });
    return errors;
  }

  #giveAddress(object: ApiObject, spec: JsonObject, context: WriteContext): void {
    const fields = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'];
    for (const field of fields) if (spec[field] === undefined) markGiven(object, ['f:spec', `f:${field}`]);
    const wanted = textAt(spec, 'clusterIP') || textsAt(spec, 'clusterIPs')[0];
    spec.clusterIP = wanted ?? this.#freeAddress(context);
    if (textsAt(spec, 'clusterIPs').length === 0) spec.clusterIPs = [spec.clusterIP];
    setFamilies(spec);
    if (spec.clusterIP !== 'None') this.#addresses.set(spec.clusterIP, keyOf(object));
  }

  #givePort(
    object: ApiObject,
    { at, field, path }: { at: JsonObject; field: string; path: readonly string[] },
    context: WriteContext,
  ): void {
    if (at[field] === undefined) {
      at[field] = this.#freePort(context, usedBy(recordAt(object, 'spec')));
      markGiven(object, ['f:spec', ...path, `f:${field}`]);
    }
    const port = numberAt(at, field);
    if (port !== undefined) this.#ports.set(port, keyOf(object));
  }

  #freeAddress(context: WriteContext): string {
    for (let tries = 0; tries < clusterAddresses; tries += 1) {
      const address = clusterAddress(this.#nextAddress);
      this.#nextAddress = (this.#nextAddress % clusterAddresses) + 1;
      if (!this.#isTaken(this.#addresses, address, '', context)) return address;
    }
    return '';
  }

  #freePort(context: WriteContext, used: ReadonlySet<number>): number {
    for (let tries = 0; tries < nodePorts; tries += 1) {
      const port = firstNodePort + this.#nextPort;
      this.#nextPort = (this.#nextPort + 1) % nodePorts;
      if (!used.has(port) && !this.#isTaken(this.#ports, port, '', context)) return port;
    }
    return 0;
  }

  #isTaken<Value>(taken: Map<Value, string>, value: Value, owner: string, context: WriteContext): boolean {
    const holder = taken.get(value);
    if (holder === undefined || holder === owner) return false;
    const [namespace = '', name = ''] = holder.split('/');
    const service = context.find('', 'services', namespace, name);
    if (service !== undefined && has(recordAt(service, 'spec'), value)) return true;
    taken.delete(value);
    return false;
  }
}

/** Endpoints that nobody selects may have addresses of both families, even where Services have one. */
function setFamilies(spec: JsonObject): void {
  const isFree = spec.clusterIP === 'None' && Object.keys(recordAt(spec, 'selector')).length === 0;
  spec.ipFamilyPolicy ??= isFree ? 'RequireDualStack' : 'SingleStack';
  spec.ipFamilies ??= isFree && spec.ipFamilyPolicy !== 'SingleStack' ? ['IPv4', 'IPv6'] : ['IPv4'];
}

function has(spec: JsonObject, value: unknown): boolean {
  if (spec.clusterIP === value || spec.healthCheckNodePort === value) return true;
  return recordsAt(spec, 'ports').some((port) => port.nodePort === value);
}

function usedBy(spec: JsonObject): Set<number> {
  const ports = recordsAt(spec, 'ports').map((port) => numberAt(port, 'nodePort') ?? 0);
  return new Set([...ports, numberAt(spec, 'healthCheckNodePort') ?? 0]);
}

/** Spread over the range, as Kubernetes does: an address that goes is not given again soon. */
function clusterAddress(count: number): string {
  const index = ((count * addressStep) % clusterAddresses) + 1;
  return `10.${96 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

function keyOf(object: ApiObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
