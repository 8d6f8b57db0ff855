import { silentLog } from '../../../src/model/log.ts';
import type { ConnectionRefusal, Outcome, Recorder } from '../../../src/model/outcome.ts';
import type { PlanUdpRoute } from '../../../src/model/plan-tcp.ts';
import { Deadlines } from '../../../src/proxy/deadlines.ts';
import { defaultLimits, type Limits } from '../../../src/proxy/limits.ts';
import { ReadMemory } from '../../../src/proxy/read-memory.ts';
import { SendMemory } from '../../../src/proxy/send-memory.ts';
import { KeyPairs } from '../../../src/proxy/tls/key-pairs.ts';
import { UdpListener } from '../../../src/proxy/udp/udp-listener.ts';
import { UdpRoutes } from '../../../src/proxy/udp/udp-routes.ts';
import { Services } from '../../../src/proxy/upstream/services.ts';
import { until } from './until.ts';

export type TestUdpRoute = Partial<Omit<PlanUdpRoute, 'action'>> & {
  readonly targets?: readonly { readonly service: string; readonly weight: number }[];
  readonly fails?: boolean;
};

export interface TestUdpOptions {
  readonly limits?: Partial<Limits>;
  readonly routes?: readonly TestUdpRoute[];
  readonly endpoints?: readonly number[];
  readonly host?: string;
  readonly port?: number;
  readonly reusePort?: boolean;
}

/** An entry point of UDP, `dns`, all of which goes to service `s` unless told. */
export class TestUdp {
  readonly outcomes: Outcome[] = [];
  readonly refused: ConnectionRefusal[] = [];
  readonly listener: UdpListener;
  readonly deadlines: Deadlines;
  readonly #services: Services;
  readonly #routes: UdpRoutes;
  #open = 0;

  private constructor({ limits, host = '127.0.0.1', port = 0, reusePort = false }: TestUdpOptions) {
    const all: Limits = { ...defaultLimits, tickMs: 10, ...limits };
    this.deadlines = new Deadlines(all.tickMs);
    const memory = { readMemory: new ReadMemory(), sendMemory: new SendMemory() };
    const pools = { limits: all, deadlines: this.deadlines, log: silentLog, ...memory };
    this.#services = new Services(pools, new KeyPairs());
    this.#routes = new UdpRoutes(this.#services);
    const recorder: Recorder = {
      finished: (outcome) => this.outcomes.push(outcome),
      connectionOpened: () => this.#open++,
      connectionClosed: () => this.#open--,
      connectionRefused: (_entryPoint, reason) => this.refused.push(reason),
    };
    const { deadlines } = this;
    const context = { limits: all, deadlines, routes: this.#routes, recorder, log: silentLog, reusePort };
    this.listener = new UdpListener({ name: 'dns', host, port, tls: false, udp: true }, context);
  }

  static async start(options: TestUdpOptions = {}): Promise<TestUdp> {
    const udp = new TestUdp(options);
    udp.setEndpoints('s', options.endpoints ?? []);
    udp.publish(options.routes ?? [{}]);
    await udp.listener.listen();
    return udp;
  }

  get port(): number {
    return this.listener.port;
  }

  /** Sessions, as its metrics have them. */
  get open(): number {
    return this.#open;
  }

  setEndpoints(service: string, ports: readonly number[]): void {
    const state = { ready: true, serving: true, terminating: false };
    const endpoints = ports.map((port) => ({ address: '127.0.0.1', port, ...state }));
    this.#services.setEndpoints([{ service, endpoints }], []);
  }

  publish(routes: readonly TestUdpRoute[], removed: readonly string[] = []): void {
    const nothing = { set: [], removed: [] };
    this.#routes.apply(
      {
        since: 0,
        generation: 1,
        routes: nothing,
        services: nothing,
        middlewares: nothing,
        udpRoutes: { set: routes.map(planUdpRoute), removed },
      },
      true,
    );
  }

  async untilOutcomes(count: number): Promise<void> {
    await until(() => this.outcomes.length >= count, `${count} outcomes`);
  }

  close(): void {
    this.listener.close();
    this.deadlines.stop();
  }
}

export function planUdpRoute({ targets, fails, ...route }: TestUdpRoute, index: number): PlanUdpRoute {
  const object = { apiVersion: 'fairlead.dev/v1alpha1', kind: 'IngressRouteUDP', namespace: 'default' };
  return {
    id: `IngressRouteUDP/default/test/${index}`,
    object: { ...object, name: 'test' },
    path: `spec.routes[${index}]`,
    createdAt: '',
    entryPoints: ['dns'],
    action: fails
      ? { kind: 'fail', reason: 'ServiceNotFound' }
      : { kind: 'forward', targets: targets ?? [{ service: 's', weight: 1 }] },
    ...route,
  };
}
