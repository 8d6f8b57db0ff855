import { createServer, type Server } from 'node:net';
import { silentLog } from '../../../src/model/log.ts';
import type { ConnectionRefusal, Outcome, Recorder } from '../../../src/model/outcome.ts';
import type { PlanDelta } from '../../../src/model/plan-delta.ts';
import type { SharedCounts } from '../../../src/model/shared-counts.ts';
import { socketAddresses } from '../../../src/proxy/client-address.ts';
import type { OpenConnection } from '../../../src/proxy/client-home.ts';
import { Deadlines } from '../../../src/proxy/deadlines.ts';
import { defaultLimits, type Limits } from '../../../src/proxy/limits.ts';
import { ReadMemory } from '../../../src/proxy/read-memory.ts';
import { SendMemory } from '../../../src/proxy/send-memory.ts';
import { StalledClients } from '../../../src/proxy/stalled-clients.ts';
import { type CompiledTcpRoute, tcpRouteCompiler } from '../../../src/proxy/tcp/compile-route.ts';
import { ConnectionCounts } from '../../../src/proxy/tcp/connection-counts.ts';
import type { TcpHome, TcpStart } from '../../../src/proxy/tcp/relay.ts';
import { TcpRoutes } from '../../../src/proxy/tcp/tcp-routes.ts';
import { KeyPairs } from '../../../src/proxy/tls/key-pairs.ts';
import { Services } from '../../../src/proxy/upstream/services.ts';
import { acceptSockets, type WatchedSocket } from '../../../src/proxy/watched-socket.ts';
import { planTcpRoute, type TestTcpRoute } from './tcp-routes.ts';
import { until } from './until.ts';

export interface TestRelaysOptions {
  readonly limits?: Partial<Limits>;
  readonly routes?: readonly TestTcpRoute[];
  /** Ports of the loopback address, by service. */
  readonly endpoints?: Readonly<Record<string, readonly number[]>>;
  readonly sharedCounts?: SharedCounts;
  /** What is special about connections. */
  readonly start?: Partial<TcpStart>;
  /** Where TLS ends, as far as the relays know. */
  readonly tls?: CompiledTcpRoute['tls'];
}

/** Relays what it accepts by the routes for clear text of entry point `web`, as a listener does that waits for no bytes. */
export class TestRelays implements TcpHome {
  readonly entryPoint = 'web';
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly stalls: StalledClients;
  readonly sendMemory = new SendMemory();
  readonly outcomes: Outcome[] = [];
  readonly bugs: unknown[] = [];
  readonly open = new Set<OpenConnection>();
  readonly routes: TcpRoutes;
  readonly services: Services;
  readonly #options: TestRelaysOptions;
  readonly #memory = new ReadMemory();
  readonly #server: Server;
  #generation = 0;

  private constructor(options: TestRelaysOptions) {
    this.#options = options;
    this.limits = Object.freeze({ ...defaultLimits, tickMs: 10, ...options.limits });
    this.deadlines = new Deadlines(this.limits.tickMs);
    this.stalls = new StalledClients(this.limits, this.deadlines, this.#memory);
    const { limits, deadlines, sendMemory } = this;
    const context = { limits, deadlines, sendMemory, readMemory: this.#memory, log: silentLog };
    this.services = new Services(context, new KeyPairs());
    const recorder: Recorder = {
      finished: (outcome) => this.outcomes.push(outcome),
      connectionOpened() {},
      connectionClosed() {},
      connectionRefused(_entryPoint: string, _reason: ConnectionRefusal) {},
    };
    const compile = tcpRouteCompiler(this.services, new ConnectionCounts(options.sharedCounts));
    this.routes = new TcpRoutes(compile, { recorder });
    this.#server = createServer({ allowHalfOpen: true });
  }

  static async start(options: TestRelaysOptions = {}): Promise<TestRelays> {
    const relays = new TestRelays(options);
    await new Promise<void>((resolve) => relays.#server.listen(0, '127.0.0.1', resolve));
    acceptSockets(relays.#server, relays.#memory, (socket) => relays.#accept(socket));
    for (const [service, ports] of Object.entries(options.endpoints ?? {}))
      relays.setEndpoints(service, ports);
    relays.publish(options.routes ?? [{}]);
    return relays;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  setEndpoints(service: string, ports: readonly number[]): void {
    const state = { ready: true, serving: true, terminating: false };
    const endpoints = ports.map((port) => ({ address: '127.0.0.1', port, ...state }));
    this.services.setEndpoints([{ service, endpoints }], []);
  }

  publish(routes: readonly TestTcpRoute[], removed: readonly string[] = []): void {
    const nothing = { set: [], removed: [] };
    const delta: PlanDelta = {
      since: this.#generation,
      generation: ++this.#generation,
      routes: nothing,
      services: nothing,
      middlewares: nothing,
      tcpRoutes: { set: routes.map(planTcpRoute), removed },
    };
    this.routes.apply(delta, true, () => undefined);
  }

  async untilOutcomes(count: number): Promise<void> {
    await until(() => this.outcomes.length >= count, `${count} outcomes`);
  }

  closed(connection: OpenConnection): void {
    this.open.delete(connection);
  }

  broken(cause: unknown): void {
    this.bugs.push(cause);
  }

  async close(): Promise<void> {
    for (const connection of this.open) connection.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.deadlines.stop();
  }

  #accept(socket: WatchedSocket): void {
    const addresses = socketAddresses(socket);
    const { clientIp } = addresses;
    const view = { entryPoint: 'web', clientIp, serverName: null, isTls: false, alpn: [] };
    const route = this.routes.match(view);
    if (route === undefined) {
      this.routes.refused(view);
      socket.destroy();
      return;
    }
    const { tls = route.tls, start } = this.#options;
    const early = Buffer.alloc(0);
    const plain = { socket, early, route: { ...route, tls }, addresses, serverName: null, isPostgres: false };
    const relay = this.routes.relay({ ...plain, ...start }, this);
    this.open.add(relay);
    relay.begin();
  }
}
