import type { PlanRoute } from '../../model/plan.ts';
import type { PlanDelta } from '../../model/plan-delta.ts';
import type { RouteId } from '../../model/plan-keys.ts';
import { TcpTable } from '../../routing/tcp/tcp-table.ts';
import type { TcpView } from '../../routing/tcp/tcp-view.ts';
import type { CompiledTcpRoute, TcpRouteCompiler } from './compile-route.ts';
import { connectionOutcome } from './connection-outcome.ts';
import { EntryPointUses } from './entry-point-uses.ts';
import { type TcpContext, type TcpHome, TcpRelay, type TcpStart } from './relay.ts';

/** What a thread does with connections that are not HTTP: the routes of IngressRouteTCP, one generation at a time. */
export class TcpRoutes {
  readonly #compile: TcpRouteCompiler;
  readonly #context: TcpContext;
  readonly #uses = new EntryPointUses();
  #table = TcpTable.empty<CompiledTcpRoute>();
  /** The table that is being built; null between two deltas. */
  #next: TcpTable<CompiledTcpRoute> | null = null;

  constructor(compile: TcpRouteCompiler, context: TcpContext) {
    this.#compile = compile;
    this.#context = context;
  }

  /**
   * Builds a piece of a delta; nothing of it is met before the last one. `httpRoute` gives the routes for HTTP as they were before
   * the piece.
   */
  apply(piece: PlanDelta, last: boolean, httpRoute: (id: RouteId) => PlanRoute | undefined): void {
    const before = this.#next ?? this.#table;
    this.#uses.add(piece, httpRoute, (id) => before.route(id));
    const table = piece.tcpRoutes === undefined ? before : before.with(piece.tcpRoutes, this.#compile);
    this.#next = last ? null : table;
    if (!last) return;
    this.#table = table;
    this.#uses.publish();
  }

  /** The route that takes a connection, the first in precedence of all that hold; undefined where none does. */
  match(view: TcpView): CompiledTcpRoute | undefined {
    return this.#table.match(view);
  }

  /**
   * False where an entry point has routes for clear TCP and nothing else: its connections are matched at once, without
   * waiting for bytes, because the upstream may be the one that speaks first.
   */
  needsBytes(entryPoint: string): boolean {
    const { http, clear, tls } = this.#uses.of(entryPoint);
    return clear === 0 || http > 0 || tls > 0;
  }

  /** Whether any route of an entry point is for clear TCP. */
  hasClear(entryPoint: string): boolean {
    return this.#uses.of(entryPoint).clear > 0;
  }

  /**
   * Whether any route of an entry point is for TCP over TLS: only then is PostgreSQL's SSLRequest answered here. Else it is
   * the start of clear text like any other.
   */
  hasTls(entryPoint: string): boolean {
    return this.#uses.of(entryPoint).tls > 0;
  }

  /**
   * Relays a connection by the route that took it. It is an open connection like others, to be counted as `tcp`, which `home` is
   * told of when it is closed. `begin` has to be called once it is counted: nothing happens before.
   */
  relay(start: TcpStart, home: TcpHome): TcpRelay {
    return new TcpRelay(start, home, this.#context);
  }

  /** Tells that a connection which can be nothing but TCP has been closed, because no route takes it. */
  refused({ entryPoint, serverName, clientIp }: TcpView): void {
    this.#context.recorder.finished(
      connectionOutcome({ entryPoint, protocol: 'tcp', host: serverName ?? '', clientIp, reason: 'NoRoute' }),
    );
  }
}
