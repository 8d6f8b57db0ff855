import { type Log, silentLog } from '../../../src/model/log.ts';
import type { Middleware } from '../../../src/model/middleware.ts';
import type { ConnectionRefusal, Outcome, Recorder } from '../../../src/model/outcome.ts';
import type { ForwardTarget, PlanRoute } from '../../../src/model/plan.ts';
import type { PlanDelta } from '../../../src/model/plan-delta.ts';
import type { PlanTcpRoute } from '../../../src/model/plan-tcp.ts';
import { defaultTlsOptions, type PlanTlsHost, type PlanTlsOptions } from '../../../src/model/plan-tls.ts';
import { defaultTransport, type PlanTransport } from '../../../src/model/plan-transport.ts';
import type { RouteTimeouts } from '../../../src/model/route-timeouts.ts';
import type { Rule } from '../../../src/model/rule.ts';
import type { EntryPoint } from '../../../src/model/settings.ts';
import type { TlsMaterial } from '../../../src/model/tls-material.ts';
import type { Limits } from '../../../src/proxy/limits.ts';
import { type Proxy as DataPlane, startProxy } from '../../../src/proxy/proxy.ts';
import { until } from './until.ts';

/** A route of a test, with what most of them do not care about left out. */
export interface TestRoute {
  readonly rule?: Rule;
  readonly middlewares?: readonly string[];
  readonly targets?: readonly Partial<ForwardTarget>[];
  readonly fails?: boolean;
  readonly timeouts?: RouteTimeouts;
  readonly priority?: number;
  readonly tls?: boolean;
  readonly tlsOptions?: string;
}

/** What a test wants of TLS; sets what is named and leaves the rest. */
export interface TestTls {
  readonly material?: readonly TlsMaterial[];
  readonly hosts?: readonly PlanTlsHost[];
  readonly options?: readonly (Partial<PlanTlsOptions> & { readonly id: string })[];
  readonly removedHosts?: readonly string[];
  readonly removedOptions?: readonly string[];
  readonly transports?: readonly (Partial<PlanTransport> & { readonly id: string })[];
  readonly removedTransports?: readonly string[];
}

export interface TestProxyOptions {
  readonly limits?: Partial<Limits>;
  readonly trustedIps?: readonly string[];
  /** What is special about the entry point. */
  readonly entryPoint?: Partial<EntryPoint>;
  readonly hideReason?: boolean;
  /** Ports of the loopback address that service `s` has as endpoints. */
  readonly endpoints?: readonly number[];
  readonly routes?: readonly TestRoute[];
  readonly middlewares?: Readonly<Record<string, Middleware>>;
  readonly tls?: TestTls;
  readonly tcpRoutes?: readonly PlanTcpRoute[];
  /** False keeps no outcomes, for long runs. */
  readonly keepsOutcomes?: boolean;
  /** Called with each outcome before it is kept. */
  readonly onOutcome?: (outcome: Outcome) => void;
}

/** A proxy on a port of its own, with the outcomes and errors it told of. Without routes, all of `a.test` goes to service `s`. */
export class TestProxy {
  /** All that this process has started, for the leak check. */
  static readonly started: TestProxy[] = [];
  readonly proxy: DataPlane;
  readonly outcomes: Outcome[];
  /** Lines that were logged as errors. */
  readonly errors: object[];
  /** Why connections were refused. */
  readonly refused: readonly ConnectionRefusal[];
  #generation = 0;

  private constructor(
    proxy: DataPlane,
    outcomes: Outcome[],
    errors: object[],
    refused: readonly ConnectionRefusal[],
  ) {
    this.proxy = proxy;
    this.outcomes = outcomes;
    this.errors = errors;
    this.refused = refused;
  }

  static async start(options: TestProxyOptions = {}): Promise<TestProxy> {
    const outcomes: Outcome[] = [];
    const errors: object[] = [];
    const refused: ConnectionRefusal[] = [];
    const recorder: Recorder = {
      finished(outcome) {
        options.onOutcome?.(outcome);
        if (options.keepsOutcomes !== false) outcomes.push(outcome);
      },
      connectionOpened() {},
      connectionClosed() {},
      connectionRefused: (_entryPoint, reason) => refused.push(reason),
    };
    const log: Log = { ...silentLog, error: (fields) => errors.push(fields) };
    const proxy = await startProxy({
      entryPoints: [{ name: 'web', host: '127.0.0.1', port: 0, tls: false, ...options.entryPoint }],
      reusePort: false,
      recorder,
      trustedIps: options.trustedIps ?? [],
      hideReason: options.hideReason ?? false,
      limits: { tickMs: 10, settleMs: 0, halfClosedMs: 10, overloadMs: 0, ...options.limits },
      hostName: 'fairlead-test',
      log,
    });
    const test = new TestProxy(proxy, outcomes, errors, refused);
    TestProxy.started.push(test);
    test.setEndpoints('s', options.endpoints ?? []);
    const { tls = {}, tcpRoutes = [] } = options;
    test.publish(options.routes ?? [{}], options.middlewares ?? {}, tls, tcpRoutes);
    return test;
  }

  get port(): number {
    return this.proxy.ports.web ?? 0;
  }

  setEndpoints(service: string, ports: readonly number[]): void {
    const endpoints = ports.map((port) => ({
      address: '127.0.0.1',
      port,
      ready: true,
      serving: true,
      terminating: false,
    }));
    this.proxy.setEndpoints([{ service, endpoints }], []);
  }

  /** Publishes routes and middlewares; those of an earlier call stay unless they have the same number or name. */
  publish(
    routes: readonly TestRoute[],
    middlewares: Readonly<Record<string, Middleware>> = {},
    tls: TestTls = {},
    tcpRoutes: readonly PlanTcpRoute[] = [],
  ): void {
    this.proxy.setTlsMaterial(tls.material ?? [], []);
    const planned = routes.map(planRoute);
    const services = planned.flatMap(({ action }) =>
      action.kind === 'forward' ? action.targets.map(({ service }) => service) : [],
    );
    const delta: PlanDelta = {
      since: this.#generation,
      generation: this.#generation + 1,
      routes: { set: planned, removed: [] },
      services: {
        set: [...new Set(services)].map((key) => ({ key, namespace: 'default', name: key, port: 80 })),
        removed: [],
      },
      middlewares: {
        set: Object.entries(middlewares).map(([id, middleware]) => ({ id, middleware })),
        removed: [],
      },
      tlsHosts: { set: tls.hosts ?? [], removed: tls.removedHosts ?? [] },
      tlsOptions: {
        set: (tls.options ?? []).map((options) => ({ ...defaultTlsOptions, ...options })),
        removed: tls.removedOptions ?? [],
      },
      transports: {
        set: (tls.transports ?? []).map((transport) => ({ ...defaultTransport, ...transport })),
        removed: tls.removedTransports ?? [],
      },
      tcpRoutes: { set: tcpRoutes, removed: [] },
    };
    this.#generation++;
    this.proxy.buildPlan(delta, true);
  }

  async untilOutcomes(count: number): Promise<void> {
    await until(() => this.outcomes.length >= count, `${count} outcomes`);
  }

  /** What it holds, in words; nothing once it is closed. */
  leftovers(): readonly string[] {
    const { watched, openConnections, inFlight } = this.proxy;
    const counts = Object.entries({ watched, openConnections, inFlight });
    return counts
      .filter(([, number]) => number !== 0)
      .map(([name, number]) => `${number} ${name} of a proxy`);
  }

  async close(): Promise<void> {
    await this.proxy.close();
  }
}

function planRoute(route: TestRoute, index: number): PlanRoute {
  const targets = (route.targets ?? [{}]).map((target) => ({
    service: 's',
    weight: 1,
    scheme: 'http' as const,
    passHostHeader: true,
    ...target,
  }));
  return {
    id: `IngressRoute/default/test/${index}`,
    object: { apiVersion: 'fairlead.dev/v1alpha1', kind: 'IngressRoute', namespace: 'default', name: 'test' },
    path: `spec.routes[${index}]`,
    match: '',
    rule: route.rule ?? { kind: 'host', host: 'a.test' },
    priority: route.priority ?? 1,
    specificity: 0,
    createdAt: '',
    entryPoints: ['web'],
    tls: route.tls ?? null,
    ...(route.tlsOptions === undefined ? {} : { tlsOptions: route.tlsOptions }),
    middlewares: route.middlewares ?? [],
    action: route.fails
      ? { kind: 'fail', status: 500, reason: 'ServiceNotFound' }
      : { kind: 'forward', targets, ...(route.timeouts === undefined ? {} : { timeouts: route.timeouts }) },
  };
}
