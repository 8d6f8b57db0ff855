import type { Log } from '../../model/log.ts';
import type { ListDelta } from '../../model/plan-delta.ts';
import { defaultTransport, type PlanTransport, type TransportId } from '../../model/plan-transport.ts';
import type { Limits } from '../limits.ts';
import { type UpstreamMaterial, UpstreamTls, type UpstreamTlsOptions } from '../tls/upstream-tls.ts';

/** One version of a transport; another content is another one, with connections of its own. */
export interface LiveTransport {
  /** Differs from that of every other one. */
  readonly revision: number;
  readonly plan: PlanTransport;
  /** Of the thread, with what the transport says. */
  readonly limits: Limits;
  /** How to connect to what is named `host` there, with protocols to offer; null where that cannot be had. */
  tlsOptions(host: string, alpn: readonly string[]): UpstreamTlsOptions | null;
}

/** The transports of one thread, as of the plan that is live. */
export class Transports {
  readonly #limits: Limits;
  readonly #log: Log;
  readonly #material: UpstreamMaterial;
  readonly #live = new Map<TransportId, LiveTransport>();
  readonly #usual: LiveTransport;
  /** What the pieces of a plan that is being built say; null takes one away. */
  readonly #next = new Map<TransportId, PlanTransport | null>();
  #revisions = 0;

  /** What a transport names must be among the `material` before the transport is. */
  constructor(limits: Limits, log: Log, material: UpstreamMaterial) {
    this.#limits = limits;
    this.#log = log;
    this.#material = material;
    this.#usual = this.#make(defaultTransport);
  }

  /** Notes what a piece of a plan says; with the last one it counts. Answers with the transports that are others now. */
  apply(
    delta: ListDelta<PlanTransport, TransportId> | undefined,
    last: boolean,
  ): ReadonlySet<TransportId> | null {
    for (const id of delta?.removed ?? []) this.#next.set(id, null);
    for (const plan of delta?.set ?? []) this.#next.set(plan.id, plan);
    if (!last || this.#next.size === 0) return null;
    const changed = new Set(this.#next.keys());
    for (const [id, plan] of this.#next) {
      if (plan === null) this.#live.delete(id);
      else this.#live.set(id, this.#make(plan));
    }
    this.#next.clear();
    return changed;
  }

  /** Whether there is one of that name, usable or not. */
  has(id: TransportId): boolean {
    return this.#live.has(id);
  }

  /** Null names none, and gives what always holds; undefined where there is none of that name, or it cannot be had. */
  get(id: TransportId | null): LiveTransport | undefined {
    if (id === null) return this.#usual;
    const live = this.#live.get(id);
    return live?.plan.failure === null ? live : undefined;
  }

  #make(plan: PlanTransport): LiveTransport {
    const tls = new UpstreamTls(plan, this.#material);
    this.#revisions++;
    return {
      revision: this.#revisions,
      plan,
      limits: limitsWith(plan, this.#limits),
      tlsOptions: (host, alpn) => {
        try {
          return tls.optionsFor(host, alpn);
        } catch (error) {
          this.#log.error({ err: error, transport: plan.id }, 'TLS settings of a transport cannot be used');
          return null;
        }
      },
    };
  }
}

function limitsWith(plan: PlanTransport, limits: Limits): Limits {
  const { idleConnections, connectMs, firstByteMs, poolIdleMs } = plan;
  if (idleConnections === null && connectMs === null && firstByteMs === null && poolIdleMs === null) {
    return limits;
  }
  return Object.freeze({
    ...limits,
    poolIdleCount: idleConnections ?? limits.poolIdleCount,
    connectMs: connectMs ?? limits.connectMs,
    firstByteMs: firstByteMs ?? limits.firstByteMs,
    poolIdleMs: poolIdleMs ?? limits.poolIdleMs,
  });
}
