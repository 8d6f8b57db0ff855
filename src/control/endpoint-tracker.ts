import type { ClusterView } from '../model/cluster.ts';
import { type Diagnostic, diagnostic } from '../model/diagnostic.ts';
import type { Endpoint, ServiceEndpoints } from '../model/endpoint.ts';
import type { ObjectReference } from '../model/object-reference.ts';
import { byCodeUnit } from '../model/order.ts';
import type { PlanService } from '../model/plan.ts';
import type { ListDelta } from '../model/plan-delta.ts';
import type { ServiceKey } from '../model/plan-keys.ts';
import { endpointsOf, serviceOfSlice } from '../translate/endpoints.ts';
import { equalPlain } from '../translate/equal.ts';

/** What changed for the proxy threads and for the list of problems. */
export interface EndpointChanges {
  /** By key. */
  readonly services: readonly ServiceEndpoints[];
  readonly diagnostics: { readonly appeared: readonly Diagnostic[]; readonly gone: readonly Diagnostic[] };
}

interface Tracked {
  readonly service: PlanService;
  endpoints: readonly Endpoint[] | null;
  problem: Diagnostic | null;
}

/**
 * Knows the endpoints of every service of the plan. A change of an EndpointSlice looks at the services of one name; nothing
 * else is read again.
 */
export class EndpointTracker {
  readonly #view: ClusterView;
  readonly #tracked = new Map<ServiceKey, Tracked>();
  /** Keys of tracked services by `NAMESPACE/NAME`, which no Kubernetes names can make ambiguous. */
  readonly #byName = new Map<string, Set<ServiceKey>>();
  /** Whose a slice was when it was last seen, for when it is gone or became another's. */
  readonly #ownerOfSlice = new Map<string, string>();
  readonly #stale = new Set<ServiceKey>();

  constructor(view: ClusterView) {
    this.#view = view;
  }

  /** Reads which Service each slice belongs to: once, when the first sync is complete. */
  learnSlices(): void {
    for (const { metadata } of this.#view.list('EndpointSlice')) {
      const namespace = metadata.namespace ?? '';
      this.#noteOwner(namespace, metadata.name);
    }
  }

  /** An EndpointSlice came, changed or went. */
  sliceChanged(slice: ObjectReference): void {
    const key = `${slice.namespace}/${slice.name}`;
    const before = this.#ownerOfSlice.get(key);
    const now = this.#noteOwner(slice.namespace, slice.name);
    if (before !== undefined) this.serviceChanged(slice.namespace, before);
    if (now !== undefined && now !== before) this.serviceChanged(slice.namespace, now);
  }

  /** A Service came, changed or went: the names of its ports decide which slices' ports count. */
  serviceChanged(namespace: string, name: string): void {
    for (const key of this.#byName.get(`${namespace}/${name}`) ?? []) this.#stale.add(key);
  }

  /** Takes up services that came into the plan. */
  track(services: readonly PlanService[]): void {
    for (const service of services) {
      const name = `${service.namespace}/${service.name}`;
      const keys = this.#byName.get(name);
      if (keys === undefined) this.#byName.set(name, new Set([service.key]));
      else keys.add(service.key);
      const known = this.#tracked.get(service.key);
      this.#tracked.set(service.key, known ?? { service, endpoints: null, problem: null });
      this.#stale.add(service.key);
    }
  }

  /** Drops services that left the plan; gives the problems that went with them. */
  untrack(removed: ListDelta<PlanService, ServiceKey>['removed']): readonly Diagnostic[] {
    const gone: Diagnostic[] = [];
    for (const key of removed) {
      const tracked = this.#tracked.get(key);
      if (tracked === undefined) continue;
      if (tracked.problem !== null) gone.push(tracked.problem);
      this.#tracked.delete(key);
      this.#stale.delete(key);
      const name = `${tracked.service.namespace}/${tracked.service.name}`;
      const keys = this.#byName.get(name);
      keys?.delete(key);
      if (keys?.size === 0) this.#byName.delete(name);
    }
    return gone;
  }

  /** Reads again what may have changed, and says what did. */
  settle(): EndpointChanges {
    const services: ServiceEndpoints[] = [];
    const appeared: Diagnostic[] = [];
    const gone: Diagnostic[] = [];
    for (const key of [...this.#stale].sort(byCodeUnit)) {
      const tracked = this.#tracked.get(key);
      if (tracked === undefined) continue;
      const endpoints = endpointsOf(tracked.service, this.#view);
      if (equalPlain(tracked.endpoints, endpoints)) continue;
      tracked.endpoints = endpoints;
      services.push({ service: key, endpoints });
      const before = tracked.problem;
      const isEmpty = !endpoints.some(takesRequests);
      if (isEmpty && before === null) {
        tracked.problem = noEndpoints(tracked.service);
        appeared.push(tracked.problem);
      } else if (!isEmpty && before !== null) {
        tracked.problem = null;
        gone.push(before);
      }
    }
    this.#stale.clear();
    return { services, diagnostics: { appeared, gone } };
  }

  /** The endpoints of all services of the plan, by key. */
  all(): readonly ServiceEndpoints[] {
    return [...this.#tracked.values()]
      .map(({ service, endpoints }) => ({ service: service.key, endpoints: endpoints ?? [] }))
      .sort((left, right) => byCodeUnit(left.service, right.service));
  }

  endpointsOf(key: ServiceKey): readonly Endpoint[] {
    return this.#tracked.get(key)?.endpoints ?? [];
  }

  #noteOwner(namespace: string, name: string): string | undefined {
    const key = `${namespace}/${name}`;
    const owner = serviceOfSlice(this.#view.get('EndpointSlice', namespace, name));
    if (owner === undefined) this.#ownerOfSlice.delete(key);
    else this.#ownerOfSlice.set(key, owner);
    return owner;
  }
}

/** Kubernetes EndpointConditions: one that terminates may still serve, for as long as there is nothing better. */
function takesRequests(endpoint: Endpoint): boolean {
  return endpoint.ready || (endpoint.serving && endpoint.terminating);
}

function noEndpoints({ namespace, name, port, protocol }: PlanService): Diagnostic {
  return diagnostic(
    { apiVersion: 'v1', kind: 'Service', namespace, name },
    'spec.ports',
    'NoEndpoints',
    `no endpoint of ${protocol === 'udp' ? 'UDP ' : ''}port ${port} is ready`,
    'See whether the pods that the Service selects run and are ready.',
  );
}
