import type { DiagnosticCode } from './diagnostic.ts';
import type { ObjectReference } from './object-reference.ts';
import type { RouteId, ServiceKey } from './plan-keys.ts';
import type { TlsOptionsId } from './plan-tls.ts';
import type { TransportId } from './plan-transport.ts';
import type { TcpRule } from './tcp-rule.ts';

/** A route of an IngressRouteTCP. */
export interface PlanTcpRoute {
  /** `IngressRouteTCP/NAMESPACE/NAME/INDEX`. */
  readonly id: RouteId;
  readonly object: ObjectReference;
  /** JSON path of the route in its object. */
  readonly path: string;
  /** The rule as its author wrote it; for people only. */
  readonly match: string;
  readonly rule: TcpRule;
  /** Higher wins; then the older object, then the id. */
  readonly priority: number;
  readonly createdAt: string;
  /** Names of entry points, sorted. */
  readonly entryPoints: readonly string[];
  /**
   * Null for clear text; else whether TLS ends here or goes on to the upstream as it came. `options` are what a connection must
   * have been made with; null where the settings of its host are enough.
   */
  readonly tls:
    | { readonly mode: 'terminate'; readonly options: TlsOptionsId | null }
    | { readonly mode: 'passthrough' }
    | null;
  /** In the order in which they act. */
  readonly middlewares: readonly PlanTcpMiddleware[];
  readonly action: TcpAction;
}

export type PlanTcpMiddleware =
  | { readonly kind: 'ipAllowList'; readonly ranges: readonly string[] }
  /** `id` is `NAMESPACE/NAME` of the MiddlewareTCP, with `traefik.io/` before it for one of Traefik's group: all routes that use it count together. */
  | { readonly kind: 'inFlightConn'; readonly id: string; readonly amount: number };

export type TcpAction =
  | { readonly kind: 'forward'; readonly targets: readonly TcpTarget[] }
  /** An unresolved reference: connections are closed. */
  | { readonly kind: 'fail'; readonly reason: DiagnosticCode };

export interface TcpTarget {
  readonly service: ServiceKey;
  /** 0 gets nothing. */
  readonly weight: number;
  /** Version of the PROXY header that connections begin with. Absent means none. */
  readonly proxyProtocol?: 1 | 2;
  /** The upstream is spoken to over TLS. */
  readonly tls: boolean;
  readonly transport?: TransportId;
  /** How long the other side may be silent after one has ended, in milliseconds; -1 for as long as ever. Absent means 100. */
  readonly terminationDelayMs?: number;
}

/** A route of an IngressRouteUDP. Of several on one entry point the oldest object's first gets all datagrams. */
export interface PlanUdpRoute {
  /** `IngressRouteUDP/NAMESPACE/NAME/INDEX`. */
  readonly id: RouteId;
  readonly object: ObjectReference;
  readonly path: string;
  readonly createdAt: string;
  readonly entryPoints: readonly string[];
  readonly action: UdpAction;
}

export type UdpAction =
  | {
      readonly kind: 'forward';
      readonly targets: readonly { readonly service: ServiceKey; readonly weight: number }[];
    }
  | { readonly kind: 'fail'; readonly reason: DiagnosticCode };
