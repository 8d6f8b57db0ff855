import type { BoundPorts, ProxyThreadPort } from '../../../src/control/proxy-thread-port.ts';
import type { Clock } from '../../../src/model/clock.ts';
import type { ClusterChange, ClusterSource, KubeObject } from '../../../src/model/cluster.ts';
import type { Log } from '../../../src/model/log.ts';
import type { FromProxyThread, ToProxyThread } from '../../../src/model/thread-message.ts';
import { MemoryView } from '../translate/memory-view.ts';
import { referenceTo } from '../translate/objects.ts';

/** Time that stands still until a test moves it. */
export class FakeClock implements Clock {
  #nowMs = 1000;
  #timers: { readonly atMs: number; readonly callback: () => void }[] = [];

  monotonicMs(): number {
    return this.#nowMs;
  }

  epochMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#timers.length;
  }

  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const [next] = this.#timers.filter((one) => one.atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
    }
    this.#nowMs = endMs;
  }
}

/** A proxy thread that does what the test says. */
export class FakeThread implements ProxyThreadPort {
  readonly index: number;
  readonly ports: BoundPorts | null;
  readonly posted: ToProxyThread[] = [];
  terminated = false;
  #onMessage: (message: FromProxyThread) => void = () => {};
  #onExit: (reason: string) => void = () => {};

  constructor(index: number, ports: BoundPorts | null) {
    this.index = index;
    this.ports = ports;
  }

  post(message: ToProxyThread): void {
    this.posted.push(message);
  }

  onMessage(listener: (message: FromProxyThread) => void): void {
    this.#onMessage = listener;
  }

  onExit(listener: (reason: string) => void): void {
    this.#onExit = listener;
  }

  terminate(): void {
    this.terminated = true;
  }

  say(message: FromProxyThread): void {
    this.#onMessage(message);
  }

  crash(reason = 'crashed'): void {
    this.#onExit(reason);
  }

  /** All messages that were posted since the last call, but for what every thread gets to make TLS with before anything else. */
  taken(): readonly ToProxyThread[] {
    return this.posted.splice(0).filter((message) => !isForTls(message));
  }
}

/** A cluster that a test edits. */
export class FakeSource extends MemoryView implements ClusterSource {
  unsyncedKinds: readonly string[] = ['Service'];
  #listener: (changes: readonly ClusterChange[]) => void = () => {};

  onChange(listener: (changes: readonly ClusterChange[]) => void): void {
    this.#listener = listener;
  }

  sync(): void {
    this.unsyncedKinds = [];
    this.#listener([]);
  }

  put(seenAtMs: number, ...objects: readonly KubeObject[]): void {
    for (const object of objects) this.set(object);
    this.#listener(objects.map((object) => ({ object: referenceTo(object), seenAtMs })));
  }

  drop(seenAtMs: number, object: KubeObject): void {
    this.delete(object.kind, object.metadata.namespace ?? '', object.metadata.name);
    this.#listener([{ object: referenceTo(object), seenAtMs }]);
  }
}

/** Keeps the lines, as `LEVEL MESSAGE`. */
export class FakeLog implements Log {
  readonly lines: string[] = [];
  debug(_fields: object, message: string): void {
    this.lines.push(`debug ${message}`);
  }
  info(_fields: object, message: string): void {
    this.lines.push(`info ${message}`);
  }
  warn(_fields: object, message: string): void {
    this.lines.push(`warn ${message}`);
  }
  error(_fields: object, message: string): void {
    this.lines.push(`error ${message}`);
  }
}

function isForTls({ kind }: ToProxyThread): boolean {
  return kind === 'ticketSeed' || kind === 'tlsMaterial';
}
