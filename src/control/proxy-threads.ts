import type { Clock } from '../model/clock.ts';
import type { Log } from '../model/log.ts';
import type { EventLoopDelay, FromProxyThread, ToProxyThread } from '../model/thread-message.ts';
import { type BackOffOptions, backOffMs } from './back-off.ts';
import type { BoundPorts, ProxyThreadPort, SpawnProxyThread } from './proxy-thread-port.ts';

export interface ProxyThreadsOptions {
  /** Number of proxy threads, at least 1. */
  readonly count: number;
  readonly spawn: SpawnProxyThread;
  /** All that a starting thread must be told; empty while nothing is published. */
  readonly catchUp: () => readonly ToProxyThread[];
  /** A thread says that it serves a generation. */
  readonly onLive: () => void;
  /** Every message of a thread, after it was understood here. */
  readonly onMessage: (index: number, message: FromProxyThread) => void;
  readonly backOff: BackOffOptions;
  readonly pingIntervalMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** How one proxy thread is. */
export interface ThreadHealth {
  readonly index: number;
  readonly running: boolean;
  /** Ports that it bound; null until it listens. */
  readonly ports: BoundPorts | null;
  /** 0 until it serves a table. */
  readonly liveGeneration: number;
  /** Milliseconds since it last answered, or since it was started or crashed if it has not yet. */
  readonly silentMs: number;
  readonly eventLoopDelay: EventLoopDelay | null;
}

interface Slot {
  readonly index: number;
  thread: ProxyThreadPort | null;
  ports: BoundPorts | null;
  liveGeneration: number;
  startedAtMs: number;
  answeredAtMs: number;
  eventLoopDelay: EventLoopDelay | null;
  /** In a row. */
  crashes: number;
  drained: boolean;
  cancelRestart: (() => void) | null;
}

/**
 * Keeps the proxy threads running: starts them, the first one first so that the others can bind the ports it got, tells a
 * starting one everything, and replaces one that crashed after a delay that grows while it goes on crashing.
 */
export class ProxyThreads {
  readonly #options: ProxyThreadsOptions;
  readonly #slots: readonly Slot[];
  #cancelPing: (() => void) | null = null;
  #pingId = 0;
  #ports: BoundPorts | null = null;
  #ending = false;
  #onDrained: (() => void) | null = null;

  constructor(options: ProxyThreadsOptions) {
    this.#options = options;
    const now = options.clock.monotonicMs();
    this.#slots = Array.from({ length: options.count }, (_, index) => ({
      index,
      thread: null,
      ports: null,
      liveGeneration: 0,
      startedAtMs: now,
      answeredAtMs: now,
      eventLoopDelay: null,
      crashes: 0,
      drained: false,
      cancelRestart: null,
    }));
  }

  start(): void {
    const [first] = this.#slots;
    if (first !== undefined) this.#spawn(first);
    this.#schedulePing();
  }

  /** The latest generation that every thread serves; 0 while there is a thread that serves none. */
  get liveGeneration(): number {
    return Math.min(...this.#slots.map((slot) => slot.liveGeneration));
  }

  get health(): readonly ThreadHealth[] {
    const now = this.#options.clock.monotonicMs();
    return this.#slots.map((slot) => ({
      index: slot.index,
      running: slot.thread !== null,
      ports: slot.ports,
      liveGeneration: slot.liveGeneration,
      silentMs: now - slot.answeredAtMs,
      eventLoopDelay: slot.eventLoopDelay,
    }));
  }

  /** Posts to every thread that runs; those that start later catch up. */
  post(message: ToProxyThread): void {
    for (const slot of this.#slots) slot.thread?.post(message);
  }

  /**
   * Tells all threads to finish what they have in flight within `graceMs`. Resolves when all said so or ended, or a moment
   * after `graceMs` at the latest; crashed threads are not replaced any more.
   */
  drain(graceMs: number): Promise<void> {
    this.#end();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(graceMs + drainSlackMs, () => {
      this.#options.log.warn({ graceMs }, 'proxy threads did not drain in time');
      this.#onDrained?.();
    });
    this.#onDrained = () => {
      cancel();
      this.#onDrained = null;
      resolve();
    };
    this.post({ kind: 'drain', graceMs });
    this.#checkDrained();
    return promise;
  }

  /** Ends all threads at once. */
  stop(): void {
    this.#end();
    this.#cancelPing?.();
    this.#cancelPing = null;
    for (const slot of this.#slots) {
      slot.thread?.terminate();
      slot.thread = null;
    }
    this.#checkDrained();
  }

  #end(): void {
    this.#ending = true;
    for (const slot of this.#slots) {
      slot.cancelRestart?.();
      slot.cancelRestart = null;
    }
  }

  #spawn(slot: Slot): void {
    const { spawn, catchUp, clock } = this.#options;
    slot.startedAtMs = clock.monotonicMs();
    slot.answeredAtMs = slot.startedAtMs;
    let thread: ProxyThreadPort;
    try {
      thread = spawn(slot.index, this.#ports);
    } catch (error) {
      // The system may be short of memory or threads for a while; that must not end the control thread.
      this.#exited(slot, error instanceof Error ? error.message : String(error));
      return;
    }
    slot.thread = thread;
    thread.onMessage((message) => {
      if (slot.thread === thread) this.#received(slot, message);
    });
    thread.onExit((reason) => {
      if (slot.thread === thread) this.#exited(slot, reason);
    });
    for (const message of catchUp()) thread.post(message);
  }

  #received(slot: Slot, message: FromProxyThread): void {
    const { clock, log, onLive, onMessage } = this.#options;
    slot.answeredAtMs = clock.monotonicMs();
    switch (message.kind) {
      case 'listening':
        slot.ports = message.ports;
        this.#listening(message.ports);
        break;
      case 'listenFailed':
        log.error({ thread: slot.index, ...message }, 'entry point could not be opened');
        break;
      case 'live':
        slot.liveGeneration = message.generation;
        break;
      case 'drained':
        slot.drained = true;
        break;
      case 'pong':
        slot.eventLoopDelay = message.eventLoopDelay;
        break;
      case 'metricRows':
        break;
    }
    onMessage(slot.index, message);
    if (message.kind === 'live') onLive();
    if (message.kind === 'drained') this.#checkDrained();
  }

  #listening(ports: BoundPorts): void {
    if (this.#ports !== null) return;
    this.#ports = ports;
    if (this.#ending) return;
    for (const slot of this.#slots) {
      if (slot.thread === null && slot.cancelRestart === null) this.#spawn(slot);
    }
  }

  #exited(slot: Slot, reason: string): void {
    const { backOff, clock, log } = this.#options;
    const now = clock.monotonicMs();
    slot.thread = null;
    slot.ports = null;
    slot.liveGeneration = 0;
    slot.answeredAtMs = now;
    slot.eventLoopDelay = null;
    if (this.#ending) {
      this.#checkDrained();
      return;
    }
    slot.crashes = now - slot.startedAtMs >= backOff.stableAfterMs ? 1 : slot.crashes + 1;
    const delayMs = backOffMs(slot.crashes, backOff);
    log.error({ thread: slot.index, reason, restartInMs: delayMs }, 'proxy thread ended');
    slot.cancelRestart = clock.after(delayMs, () => {
      slot.cancelRestart = null;
      this.#spawn(slot);
    });
  }

  #schedulePing(): void {
    const { clock, pingIntervalMs } = this.#options;
    this.#cancelPing = clock.after(pingIntervalMs, () => {
      this.#pingId += 1;
      this.post({ kind: 'ping', id: this.#pingId });
      this.#schedulePing();
    });
  }

  #checkDrained(): void {
    if (this.#slots.every((slot) => slot.thread === null || slot.drained)) this.#onDrained?.();
  }
}

/** How much longer than the grace period to wait for threads to say that they have drained. */
const drainSlackMs = 1000;
