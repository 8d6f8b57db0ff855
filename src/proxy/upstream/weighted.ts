import type { RouteTimeouts } from '../../model/route-timeouts.ts';
import type { Limits } from '../limits.ts';
import { noTimeouts, type Timeouts, timeoutsOf } from '../timeouts.ts';
import type { Service } from './service.ts';
import { SmoothWeights } from './smooth-weights.ts';

interface Target {
  readonly service: Service;
  readonly weight: number;
  readonly passHostHeader: boolean;
  /** See `Exchange.proxyProtocol`. */
  readonly proxyProtocol: 0 | 1 | 2;
  /** What the route says. */
  readonly ownTimeouts: RouteTimeouts | undefined;
  current: number;
  /** What was made for these limits of the service: a transport can change without its routes. */
  madeFor: Limits | null;
  made: Timeouts;
}

/** What a route forwards to; without `proxyProtocol`, connections begin with no PROXY header. */
export type WeightedTarget = Pick<Target, 'service' | 'weight' | 'passHostHeader'> &
  Partial<Pick<Target, 'proxyProtocol' | 'ownTimeouts'>>;

/** The timeouts of a request to a target: where its route says nothing, its transport does. `usual` without one. */
export function timeoutsFor(target: Target, usual: Timeouts): Timeouts {
  const { limits } = target.service;
  if (limits === null) return usual;
  if (target.madeFor !== limits) {
    target.madeFor = limits;
    target.made = timeoutsOf(target.ownTimeouts, limits);
  }
  return target.made;
}

/** Spreads requests over services by weight. */
export class WeightedTargets extends SmoothWeights<Target> {
  constructor(targets: readonly WeightedTarget[]) {
    super(
      targets.map(({ proxyProtocol = 0, ownTimeouts, ...target }) => ({
        ...target,
        proxyProtocol,
        ownTimeouts,
        current: 0,
        madeFor: null,
        made: noTimeouts,
      })),
    );
  }
}
