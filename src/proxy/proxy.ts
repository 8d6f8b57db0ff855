import type { ServiceEndpoints } from '../model/endpoint.ts';
import type { Log } from '../model/log.ts';
import type { Recorder } from '../model/outcome.ts';
import type { PlanDelta } from '../model/plan-delta.ts';
import type { ServiceKey } from '../model/plan-keys.ts';
import type { MaterialId } from '../model/plan-tls.ts';
import type { EntryPoint } from '../model/settings.ts';
import type { SharedCounts } from '../model/shared-counts.ts';
import type { TlsMaterial } from '../model/tls-material.ts';
import { Table } from '../routing/table.ts';
import { type Action, compileAction } from './action.ts';
import { TrustedPeers } from './client-address.ts';
import { AcceptGate, BothGates } from './connection-gate.ts';
import { Deadlines } from './deadlines.ts';
import { Handler } from './handle.ts';
import { HttpDate } from './http-date.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { Listener, type ListenerContext } from './listener.ts';
import { OverloadWatch } from './overload-watch.ts';
import { ReadMemory } from './read-memory.ts';
import { Responder } from './respond.ts';
import { SendMemory } from './send-memory.ts';
import { StalledClients } from './stalled-clients.ts';
import { tcpRouteCompiler } from './tcp/compile-route.ts';
import { ConnectionCounts } from './tcp/connection-counts.ts';
import { TcpRoutes } from './tcp/tcp-routes.ts';
import { Handshakes } from './tls/handshakes.ts';
import { KeyPairs } from './tls/key-pairs.ts';
import { TlsPolicies } from './tls/policies.ts';
import { UdpEntrances } from './udp/udp-entrances.ts';
import { UdpRoutes } from './udp/udp-routes.ts';
import { Services } from './upstream/services.ts';

export interface ProxyOptions {
  readonly entryPoints: readonly EntryPoint[];
  /** Lets other threads listen on the same ports; ports must not be 0 then. */
  readonly reusePort: boolean;
  readonly recorder: Recorder;
  /** CIDR blocks of peers whose `X-Forwarded-*` headers are believed. */
  readonly trustedIps: readonly string[];
  /** Leaves out `X-Fairlead-Reason`. */
  readonly hideReason: boolean;
  readonly limits?: Partial<Limits>;
  /** For `X-Forwarded-Server`. */
  readonly hostName: string;
  /** From 0 to 1, as `Math.random`, which is what it is unless given. */
  readonly random?: () => number;
  /** What limits of connections are counted in together with other threads. Absent means that this thread counts alone. */
  readonly sharedCounts?: SharedCounts;
  readonly log: Log;
}

/** The data plane of one thread. */
export interface Proxy {
  /** The ports really bound, by entry point. */
  readonly ports: Readonly<Record<string, number>>;
  /** Generation of the table that new requests meet. */
  readonly generation: number;
  readonly inFlight: number;
  /** And sessions of UDP. */
  readonly openConnections: number;
  /** Connections of both sides and tunnels whose time limits are watched; 0 where nothing is held. */
  readonly watched: number;
  /**
   * Builds a part of a delta, or all of it: `piece.generation` is `piece.since` unless it is the last. Requests meet nothing of it
   * before the last one makes the generation live; those in flight keep theirs. Throws where `piece.since` is not the generation
   * that was built last.
   */
  buildPlan(piece: PlanDelta, last: boolean): void;
  /** Replaces the endpoints of services; those of `removed` have none any more. */
  setEndpoints(services: readonly ServiceEndpoints[], removed: readonly ServiceKey[]): void;
  /** Certificates and keys that a plan may name, or that none names any more. */
  setTlsMaterial(set: readonly TlsMaterial[], removed: readonly MaterialId[]): void;
  /** What the keys of session tickets are derived from, 32 random bytes; sessions of another one end. */
  setTicketSeed(seed: Uint8Array): void;
  /** The status of a certificate (RFC 6066 section 8), in DER; null where there is none any more. */
  setStaple(id: MaterialId, staple: Uint8Array | null): void;
  /**
   * Stops accepting, answers what is in flight, and ends after `graceMs`, or a moment later, at the latest. Tunnels go on until
   * shortly before; their clients are told that the server goes away.
   */
  drain(graceMs: number): Promise<void>;
  /** Ends everything at once. */
  close(): Promise<void>;
}

/**
 * Opens all entry points. Rejects, with nothing left open, where one cannot be opened: with a `ListenError`.
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const proxy = new ProxyThread(options);
  await proxy.open();
  return proxy;
}

class ProxyThread implements Proxy {
  readonly ports: Record<string, number> = {};
  readonly #deadlines: Deadlines;
  readonly #gate: AcceptGate;
  /** Of entry points with a limit for themselves. */
  readonly #ownGates: AcceptGate[] = [];
  readonly #handler: Handler;
  readonly #services: Services;
  readonly #tcp: TcpRoutes;
  readonly #udp: UdpEntrances;
  readonly #pairs = new KeyPairs();
  readonly #policies: TlsPolicies;
  readonly #overload: OverloadWatch | null;
  readonly #listeners: readonly Listener[];
  readonly #limits: Limits;
  /** The table that is being built; null between two deltas. */
  #next: Table<Action> | null = null;

  constructor(options: ProxyOptions) {
    const limits = Object.freeze({ ...defaultLimits, ...options.limits });
    this.#limits = limits;
    const { recorder, log } = options;
    this.#deadlines = new Deadlines(limits.tickMs);
    const memory = { readMemory: new ReadMemory(), sendMemory: new SendMemory() };
    this.#services = new Services({ limits, deadlines: this.#deadlines, log, ...memory }, this.#pairs);
    this.#overload = limits.overloadMs === 0 ? null : new OverloadWatch(limits.overloadMs, log);
    const counts = new ConnectionCounts(options.sharedCounts);
    this.#tcp = new TcpRoutes(tcpRouteCompiler(this.#services, counts), { recorder });
    this.#policies = new TlsPolicies({ pairs: this.#pairs, log });
    const responder = new Responder(options.hideReason);
    this.#handler = new Handler(Table.empty<Action>(), {
      recorder,
      responder,
      log,
      limits,
      deadlines: this.#deadlines,
      overload: this.#overload,
      policies: this.#policies,
    });
    this.#gate = new AcceptGate(limits.connections, limits.tickMs);
    const context = {
      limits,
      deadlines: this.#deadlines,
      flow: this.#handler,
      date: new HttpDate(),
      recorder,
      log,
      tongues: {
        policies: this.#policies,
        handshakes: new Handshakes(memory.readMemory),
        tcpRoutes: this.#tcp,
        servesHttp: (entryPoint: string, host: string | null) =>
          this.#handler.table.servesTls(entryPoint, host),
        trusted: new TrustedPeers(options.trustedIps),
        hostName: options.hostName,
      },
      reusePort: options.reusePort,
      gate: this.#gate,
      stalls: new StalledClients(limits, this.#deadlines, memory.readMemory),
      random: options.random ?? Math.random,
      ...memory,
    };
    this.#listeners = options.entryPoints
      .filter(({ udp }) => udp !== true)
      .map((entryPoint) => this.#listener(entryPoint, context));
    this.#udp = new UdpEntrances(options.entryPoints, { ...context, routes: new UdpRoutes(this.#services) });
    this.#gate.listeners.push(...this.#listeners);
  }

  #listener(entryPoint: EntryPoint, context: ListenerContext): Listener {
    const connections = entryPoint.limits?.connections;
    if (connections === undefined) return new Listener(entryPoint, context);
    const own = new AcceptGate(connections, context.limits.tickMs);
    this.#ownGates.push(own);
    const listener = new Listener(entryPoint, { ...context, gate: new BothGates(own, this.#gate) });
    own.listeners.push(listener);
    return listener;
  }

  get generation(): number {
    return this.#handler.table.generation;
  }

  get inFlight(): number {
    return this.#handler.inFlight.value;
  }

  get openConnections(): number {
    return this.#gate.open.value + this.#udp.sessions;
  }

  get watched(): number {
    return this.#deadlines.size;
  }

  async open(): Promise<void> {
    try {
      for (const listener of this.#listeners) {
        await listener.open();
        this.ports[listener.entryPoint] = listener.port;
      }
      Object.assign(this.ports, await this.#udp.open());
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  buildPlan(piece: PlanDelta, last: boolean): void {
    if (this.#overload === null) this.#build(piece, last);
    else this.#overload.pause(() => this.#build(piece, last));
  }

  #build(piece: PlanDelta, last: boolean): void {
    this.#services.applyPlan(piece.services);
    this.#services.applyTransports(piece.transports, last);
    const before = this.#next ?? this.#handler.table;
    const table = before.apply(piece, (route, plan) =>
      compileAction(route, plan, this.#services, this.#limits),
    );
    this.#tcp.apply(piece, last, (id) => before.route(id)?.route);
    this.#policies.applyPlan(piece, last);
    this.#udp.apply(piece, last);
    this.#next = last ? null : table;
    if (last) this.#handler.table = table;
  }

  setTlsMaterial(set: readonly TlsMaterial[], removed: readonly MaterialId[]): void {
    this.#pairs.update(set, removed);
    this.#policies.materialChanged(removed);
  }

  setTicketSeed(seed: Uint8Array): void {
    this.#policies.setTicketSeed(seed);
  }

  setStaple(id: MaterialId, staple: Uint8Array | null): void {
    this.#policies.setStaple(id, staple);
  }

  setEndpoints(services: readonly ServiceEndpoints[], removed: readonly ServiceKey[]): void {
    this.#services.setEndpoints(services, removed);
  }

  async drain(graceMs: number): Promise<void> {
    for (const gate of [this.#gate, ...this.#ownGates]) gate.stop();
    const endMs = performance.now() + graceMs;
    for (const listener of this.#listeners) listener.stopAccepting();
    // A client that is told to come again must not come to a thread of ours that is about to close its port: what a port that
    // closes has not accepted yet is reset.
    const settleMs = Math.min(graceMs / 10, this.#limits.settleMs);
    if (settleMs > 0) await new Promise((resolve) => setTimeout(resolve, settleMs));
    for (const listener of this.#listeners) listener.drain();
    this.#services.closeIdle();
    // Tunnels do not end by themselves. Early enough for their clients to answer, which takes a round trip.
    const goodbyeMs = Math.min(graceMs / 10, mostGoodbyeMs);
    // Every answer closes its connection from now on, so this is when all is answered and delivered.
    const datagrams = this.#udp.drain(graceMs);
    await this.#gate.open.whenZero(graceMs - goodbyeMs);
    this.#handler.endTunnels();
    await this.#handler.inFlight.whenZero(goodbyeMs);
    await this.#gate.open.whenZero(Math.max(endMs - performance.now(), Math.min(graceMs, leastClosingMs)));
    await datagrams;
    await this.close();
  }

  async close(): Promise<void> {
    for (const gate of [this.#gate, ...this.#ownGates]) gate.stop();
    for (const listener of this.#listeners) listener.destroy();
    this.#udp.close();
    // Those whose client is gone, and whose upstream has not taken the last bytes.
    this.#handler.endTunnels();
    this.#services.closeIdle();
    this.#deadlines.stop();
  }
}

const mostGoodbyeMs = 1_000;
/** How long connections may take to close after their last answer, even when the grace is over. */
const leastClosingMs = 500;
