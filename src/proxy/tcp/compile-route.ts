import type { RouteId } from '../../model/plan-keys.ts';
import type { PlanTcpRoute, TcpTarget } from '../../model/plan-tcp.ts';
import type { TlsOptionsId } from '../../model/plan-tls.ts';
import { isTcpCatchAll } from '../../routing/tcp/tcp-hosts.ts';
import type { EndpointPool } from '../upstream/endpoint-pool.ts';
import type { Service } from '../upstream/service.ts';
import type { Services } from '../upstream/services.ts';
import { SmoothWeights } from '../upstream/smooth-weights.ts';
import type { ConnectionCounts } from './connection-counts.ts';
import { compileSteps, type TcpStep } from './steps.ts';

/** One upstream of a route for TCP. */
export interface TcpUpstream {
  readonly service: Service<EndpointPool>;
  readonly weight: number;
  current: number;
  /** Version of the PROXY header that connections begin with; 0 is none. */
  readonly proxyProtocol: 0 | 1 | 2;
  /** How long one side may be silent once the other has ended, in milliseconds; -1 for as long as ever. */
  readonly terminationDelayMs: number;
}

/** What becomes of the connections of one route for TCP. */
export interface CompiledTcpRoute {
  readonly id: RouteId;
  /** Where TLS ends: there is none, at the upstream, or here. */
  readonly tls: 'none' | 'passthrough' | 'terminate';
  /** With which settings TLS ends here; null where it does not. */
  readonly tlsOptions: TlsOptionsId | null;
  /** It takes connections whatever host they name, so that routes of HTTP for one host go before it. */
  readonly isCatchAll: boolean;
  readonly steps: readonly TcpStep[];
  /** Null where connections are closed, because what the route refers to cannot be used. */
  readonly targets: SmoothWeights<TcpUpstream> | null;
}

export type TcpRouteCompiler = (route: PlanTcpRoute) => CompiledTcpRoute;

/** How long one side may be silent once the other has ended, where nothing is said. */
const usualTerminationDelayMs = 100;

export function tcpRouteCompiler(services: Services, counts: ConnectionCounts): TcpRouteCompiler {
  return ({ id, rule, tls, middlewares, action }) => ({
    id,
    tls: tls === null ? 'none' : tls.mode,
    tlsOptions: tls?.mode === 'terminate' ? tls.options : null,
    isCatchAll: isTcpCatchAll(rule),
    steps: compileSteps(middlewares, counts),
    targets:
      action.kind === 'fail'
        ? null
        : new SmoothWeights(action.targets.map((target) => compileTarget(target, services))),
  });
}

function compileTarget(target: TcpTarget, services: Services): TcpUpstream {
  return {
    service: services.get(target.service, target.tls ? 'tls' : 'http', target.transport ?? null),
    weight: target.weight,
    current: 0,
    proxyProtocol: target.proxyProtocol ?? 0,
    terminationDelayMs: target.terminationDelayMs ?? usualTerminationDelayMs,
  };
}
