import type { Outcome, Recorder, RefusalReason } from '../../model/outcome.ts';
import type { ConnectionAddresses } from '../client-address.ts';
import type { ClientHome, OpenConnection } from '../client-home.ts';
import type { Timed } from '../deadlines.ts';
import { proxyHeader } from '../proxy-protocol/write-header.ts';
import type { BodyPart } from '../send-memory.ts';
import type { EndpointPool } from '../upstream/endpoint-pool.ts';
import { isFull, type WatchedSocket, watch } from '../watched-socket.ts';
import type { CompiledTcpRoute, TcpUpstream } from './compile-route.ts';
import { connectionOutcome } from './connection-outcome.ts';
import { agreesToTls, sslRequest } from './postgres.ts';
import { RelayEnd, type RelayFlow } from './relay-end.ts';

/** A connection that has been matched and is to be relayed. */
export interface TcpStart {
  /** Its bytes are to be relayed; where TLS ends here, those within. */
  readonly socket: WatchedSocket;
  /** Bytes that have been read of it and are to be relayed first; the memory may be reused after the call. */
  readonly early: Buffer;
  readonly route: CompiledTcpRoute;
  /** Of the client, as a PROXY header tells or as the socket has them. */
  readonly addresses: ConnectionAddresses;
  readonly serverName: string | null;
  /** The client has asked for TLS with PostgreSQL's SSLRequest, and has been told that there will be. */
  readonly isPostgres: boolean;
}

/** What a relayed connection needs of the listener that accepted it. */
export type TcpHome = Pick<
  ClientHome,
  'entryPoint' | 'limits' | 'deadlines' | 'stalls' | 'sendMemory' | 'closed' | 'broken'
>;

/** What all relayed connections of a thread share. */
export interface TcpContext {
  readonly recorder: Pick<Recorder, 'finished'>;
}

const keepAliveInitialDelay = 30_000;

const phase = {
  connecting: 0,
  /** The upstream has been asked for TLS in PostgreSQL's way. */
  asking: 1,
  open: 2,
  over: 3,
} as const;

/**
 * One connection of a client and the one to an upstream that belongs to it: bytes both ways, as they come. Each side is held back
 * while the other cannot take more. Of failures before the first byte the client learns by the closing alone.
 */
export class TcpRelay implements OpenConnection, RelayFlow, Timed {
  deadline = 0;
  slot = -1;
  /** Nobody can tell from outside whether a silent connection is in use. */
  readonly isIdle = false;
  readonly #start: TcpStart;
  readonly #home: TcpHome;
  readonly #context: TcpContext;
  readonly #client: RelayEnd;
  readonly #part: BodyPart = { bytes: nothing, start: 0, end: 0 };
  readonly #startedAt = Date.now();
  readonly #startedMs = performance.now();
  #upstream: RelayEnd | null = null;
  #target: TcpUpstream | null = null;
  #endpoint: EndpointPool | null = null;
  #phase: number = phase.connecting;
  /** What the client has sent before the upstream could take it. */
  #held: Buffer = nothing;
  /** How many steps have let it in. */
  #entered = 0;
  /** The time that one side has once the other has ended is over, but for a last look. */
  #isLate = false;
  #chosenMs = 0;
  #upstreamMs = -1;
  #retries = 0;

  constructor(start: TcpStart, home: TcpHome, context: TcpContext) {
    this.#start = start;
    this.#home = home;
    this.#context = context;
    const { socket } = start;
    if (start.early.length > 0) this.#held = Buffer.from(start.early);
    home.deadlines.add(this);
    this.#client = new RelayEnd(this, (watcher) => {
      watch(socket, watcher);
      return socket;
    });
    this.#client.bytes = start.early.length;
    // It may have ended or gone while somebody else watched it.
    this.#client.hasEnded = socket.readableEnded;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveInitialDelay);
  }

  /** To be called once, when the connection has been counted. */
  begin(): void {
    if (this.#client.socket.destroyed) {
      this.#finish('ClientClosed');
      return;
    }
    const { route, addresses } = this.#start;
    for (const step of route.steps) {
      const refusal = step.enter(addresses.clientIp);
      if (refusal !== null) {
        this.#finish(refusal);
        return;
      }
      this.#entered++;
    }
    if (route.targets === null) {
      this.#finish('RouteBroken');
      return;
    }
    this.#target = route.targets.pick() ?? null;
    this.#connect();
  }

  /** It goes on for as long as the grace lasts. */
  drain(): void {}

  destroy(): void {
    this.#finish('Draining');
  }

  expire(): void {
    if (this.#phase === phase.connecting) this.#connectFailed(true);
    else if (this.#phase === phase.asking) this.#finish('UpstreamTimeout');
    else if (this.#client.hasUnsent) this.#finish('RequestTimeout');
    else if (this.#upstream?.hasUnsent === true) this.#finish('UpstreamTimeout');
    else if (this.#isHalfClosed() && !this.#isLate) this.#lookAgain();
    // Nobody has said anything for as long as that is allowed, and all that was said has been passed on.
    else this.#finish(null);
  }

  came(end: RelayEnd, bytes: Buffer, length: number): void {
    const upstream = this.#upstream;
    if (this.#phase === phase.open && upstream !== null) {
      this.#pass(end, end === upstream ? this.#client : upstream, bytes, length);
    } else if (this.#phase === phase.over) {
      return;
    } else if (end === this.#client) {
      this.#hold(bytes, length);
    } else if (this.#phase === phase.asking && agreesToTls(bytes.subarray(0, length))) {
      end.bytes = 0;
      this.#open();
    } else {
      this.#finish('UpstreamBadResponse');
    }
  }

  /** The handshake has as much time as the connection had. */
  reached(): void {
    if (this.#phase === phase.connecting) this.deadline = this.#connectDeadline();
  }

  connected(end: RelayEnd): void {
    if (end !== this.#upstream) return;
    this.#upstreamMs = performance.now() - this.#chosenMs;
    const { isPostgres, route } = this.#start;
    if (!isPostgres || route.tls !== 'passthrough') {
      this.#open();
      return;
    }
    this.#phase = phase.asking;
    this.deadline = this.#home.deadlines.after(this.#home.limits.headMs);
    end.socket.write(sslRequest);
  }

  drained(end: RelayEnd): void {
    if (!end.isFull || this.#phase !== phase.open) return;
    end.isFull = false;
    if (end === this.#client) this.#home.stalls.end(this);
    this.#other(end)?.socket.resume();
    this.deadline = 0;
    this.#touch();
  }

  finished(): void {
    if (this.#phase === phase.open) this.#touch();
  }

  ended(end: RelayEnd): void {
    if (this.#phase === phase.over) return;
    if (this.#phase === phase.open) this.#passEnd(end);
    // Of an upstream that ends before it agrees to TLS there is nothing to be had.
    else if (end !== this.#client) this.#finish('UpstreamBadResponse');
  }

  gone(end: RelayEnd): void {
    if (this.#phase === phase.over) return;
    const other = this.#other(end);
    if (this.#phase === phase.connecting && end === this.#upstream) this.#connectFailed(false);
    // Both directions are over: what is left is for the other one to take the last bytes.
    else if (end.hasEnded && end.hasFinished && other?.isGone === false) return;
    else if (end.hasEnded && end.hasFinished) this.#finish(null);
    else this.#finish(end === this.#client ? 'ClientClosed' : 'UpstreamReset');
  }

  broken(cause: unknown): void {
    this.#home.broken(cause);
    this.#finish('InternalError');
  }

  #connect(): void {
    const target = this.#target;
    const endpoint = target?.service.pick(null);
    if (target === null || endpoint === undefined) {
      this.#finish(target?.service.failure?.code ?? 'NoEndpoints');
      return;
    }
    this.#dial(target, endpoint);
  }

  #dial({ proxyProtocol }: TcpUpstream, endpoint: EndpointPool): void {
    this.#endpoint = endpoint;
    this.#chosenMs = performance.now();
    this.deadline = this.#connectDeadline();
    const header = proxyProtocol === 0 ? null : proxyHeader(proxyProtocol, this.#start.addresses);
    this.#upstream = new RelayEnd(this, (watcher) => {
      const socket = endpoint.connect(watcher, header);
      // Its end does not mean that there is nothing left to say to it.
      socket.allowHalfOpen = true;
      return socket;
    });
  }

  #connectDeadline(): number {
    const { deadlines, limits } = this.#home;
    return deadlines.after((this.#target?.service.limits ?? limits).connectMs);
  }

  /** Another endpoint is tried, once and where there is one: no byte of the client has left yet. */
  #connectFailed(isLate: boolean): void {
    const failed = this.#endpoint;
    const upstream = this.#upstream;
    const target = this.#target;
    if (failed === null || upstream === null || target === null) return;
    const { code, retryable } = failed.failureOf(upstream.socket, isLate);
    upstream.close();
    this.#upstream = null;
    const another = retryable && this.#retries === 0 ? target.service.pick(failed) : undefined;
    if (another === undefined || another === failed) {
      this.#finish(code);
      return;
    }
    this.#retries++;
    this.#dial(target, another);
  }

  /** The delay is short: bytes may have come already, and it is this thread that has not got round to reading them. */
  #lookAgain(): void {
    this.#isLate = true;
    this.deadline = this.#home.deadlines.after(1);
  }

  #isHalfClosed(): boolean {
    return this.#client.hasEnded || this.#upstream?.hasEnded === true;
  }

  #hold(bytes: Buffer, length: number): void {
    this.#held = Buffer.concat([this.#held, bytes.subarray(0, length)]);
    this.#client.socket.pause();
  }

  #open(): void {
    const upstream = this.#upstream;
    if (upstream === null) return;
    this.#phase = phase.open;
    this.#touch();
    const held = this.#held;
    this.#held = nothing;
    if (held.length > 0) this.#write(this.#client, upstream, held, held.length);
    if (!upstream.isFull && this.#client.socket.isPaused()) this.#client.socket.resume();
    if (this.#client.hasEnded) this.#passEnd(this.#client);
  }

  #pass(from: RelayEnd, to: RelayEnd, bytes: Buffer, length: number): void {
    if (to.isGone) return;
    this.#write(from, to, bytes, length);
    this.#touch();
  }

  #write(from: RelayEnd, to: RelayEnd, bytes: Buffer, length: number): void {
    const part = this.#part;
    part.bytes = bytes;
    part.end = length;
    this.#home.sendMemory.write(to.socket, '', part, '');
    if (to.isFull || !isFull(to.socket)) return;
    to.isFull = true;
    from.socket.pause();
    const { limits, deadlines, stalls } = this.#home;
    const ms = limits.clientStallMs;
    this.deadline = to === this.#client ? stalls.begin(this, ms) : deadlines.after(ms);
  }

  #passEnd(end: RelayEnd): void {
    this.#other(end)?.socket.end();
    this.#touch();
  }

  #other(end: RelayEnd): RelayEnd | null {
    return end === this.#client ? this.#upstream : this.#client;
  }

  /** Something has happened: silence begins anew. It does not end the time that one side has to take what waits for it. */
  #touch(): void {
    const { limits, deadlines } = this.#home;
    const client = this.#client;
    const upstream = this.#upstream;
    if (client.isFull || upstream === null || upstream.isFull) {
      if (this.deadline === 0) this.deadline = deadlines.after(limits.clientStallMs);
      return;
    }
    let ms = limits.tunnelIdleMs;
    this.#isLate = false;
    if (this.#isHalfClosed()) {
      const delayMs = this.#target?.terminationDelayMs ?? 0;
      if (client.hasUnsent || upstream.hasUnsent) ms = limits.clientStallMs;
      // 0 is for ever to the deadlines, and no time at all to the delay.
      else if (delayMs >= 0) ms = Math.max(1, delayMs);
    }
    this.deadline = deadlines.after(ms);
  }

  /** Null where both sides have been told all that was said, or nobody has said anything for too long. */
  #finish(reason: RefusalReason | null): void {
    if (this.#phase === phase.over) return;
    const wasOpen = this.#phase === phase.open;
    this.#phase = phase.over;
    this.deadline = 0;
    this.#held = nothing;
    const home = this.#home;
    home.deadlines.remove(this);
    home.stalls.end(this);
    const { route, addresses } = this.#start;
    for (const step of route.steps.slice(0, this.#entered)) step.leave(addresses.clientIp);
    const hasUnsent = this.#client.hasUnsent || this.#upstream?.hasUnsent === true;
    const isCut = wasOpen && reason !== null && (reason !== 'Draining' || hasUnsent);
    for (const end of [this.#client, this.#upstream]) {
      if (isCut) end?.reset();
      else end?.close();
    }
    this.#context.recorder.finished(this.#outcome(reason));
    home.closed(this);
  }

  #outcome(reason: RefusalReason | null): Outcome {
    return connectionOutcome({
      entryPoint: this.#home.entryPoint,
      protocol: 'tcp',
      host: this.#start.serverName ?? '',
      clientIp: this.#start.addresses.clientIp,
      route: this.#start.route.id,
      service: this.#target?.service.key ?? null,
      endpoint: this.#endpoint?.name ?? null,
      reason,
      requestBytes: this.#client.bytes,
      responseBytes: this.#upstream?.bytes ?? 0,
      startedAt: this.#startedAt,
      durationMs: performance.now() - this.#startedMs,
      upstreamMs: this.#upstreamMs === -1 ? null : this.#upstreamMs,
      retries: this.#retries,
    });
  }
}

const nothing: Buffer = Buffer.alloc(0);
