import type { ServiceKey } from './plan-keys.ts';

/**
 * One address of a service, from an EndpointSlice. `ready` ones get requests; one that is `serving` and `terminating` gets
 * them only while there is no ready one (Kubernetes EndpointConditions).
 */
export interface Endpoint {
  /** IPv4 or IPv6, without brackets. */
  readonly address: string;
  readonly port: number;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}

/** The endpoints of one service, sorted by address and port. Replaced alone: no table is compiled for it. */
export interface ServiceEndpoints {
  readonly service: ServiceKey;
  readonly endpoints: readonly Endpoint[];
}
