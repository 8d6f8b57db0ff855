import type { NamespaceAccess, WatchedKind } from '../model/cluster.ts';
import type { Log } from '../model/log.ts';
import { byCodeUnit } from '../model/order.ts';
import type { Reflector, ReflectorState } from './reflector.ts';

export interface ReferenceWatchOptions {
  readonly kind: WatchedKind;
  /** The namespaces that are watched at all; empty means those that are referred to. */
  readonly namespaces: readonly string[];
  /** Makes what keeps one namespace, or all where it is empty, up to date. */
  readonly makeReflector: (namespace: string, onState: (state: ReflectorState) => void) => Reflector;
  /** Drops what is known of a namespace. */
  readonly forget: (namespace: string) => void;
  /** Whether objects of a namespace can be seen changed; an empty one means all. */
  readonly onAccess: (namespace: string) => void;
  readonly log: Log;
}

interface Watched {
  readonly reflector: Reflector;
  readonly ending: AbortController;
  state: ReflectorState;
  /** Nothing is ready before it is known what is there: for those that are there from the start. */
  readonly isAwaited: boolean;
}

const everywhere = '';

/**
 * Watches a kind that is only read for what others refer to: everywhere, where that is allowed, and else in the namespaces that
 * are referred to, each for itself, so that one that refuses costs the others nothing.
 */
export class ReferenceWatch {
  readonly #options: ReferenceWatchOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #running = new Set<Promise<void>>();
  #referred: ReadonlySet<string> = new Set();
  #signal: AbortSignal | null = null;
  #hasReferences = false;

  constructor(options: ReferenceWatchOptions) {
    this.#options = options;
    const { kind, namespaces } = options;
    if (kind.byReference !== 'fallback') return;
    for (const namespace of namespaces.length > 0 ? namespaces : [everywhere]) this.#add(namespace, true);
  }

  /** Whether what is there from the start is not known yet. */
  get isPending(): boolean {
    return [...this.#watched.values()].some(({ state, isAwaited }) => isAwaited && state === 'waiting');
  }

  /** Whether some namespace refuses. */
  get isUnavailable(): boolean {
    return [...this.#watched.values()].some(({ state }) => state === 'unavailable');
  }

  access(namespace: string): NamespaceAccess {
    const watched = this.#watched.get(everywhere) ?? this.#watched.get(namespace);
    // One that is not watched is watched in a moment, unless Fairlead is told to keep to others.
    if (watched === undefined) return this.#mayWatch(namespace) ? 'waiting' : 'refused';
    if (watched.state === 'synced') return 'open';
    return watched.state === 'waiting' ? 'waiting' : 'refused';
  }

  /** The namespaces that are referred to now. */
  refer(namespaces: ReadonlySet<string>): void {
    const isFirst = !this.#hasReferences;
    this.#hasReferences = true;
    this.#referred = namespaces;
    this.#follow(isFirst);
  }

  /** Settles after the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    for (const watched of this.#watched.values()) this.#start(watched, signal);
    while (this.#running.size > 0) await Promise.all(this.#running);
    if (signal.aborted) return;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.all(this.#running);
  }

  #follow(isAwaited: boolean): void {
    const { kind, namespaces } = this.#options;
    if (this.#watched.has(everywhere) || (kind.byReference === 'fallback' && namespaces.length > 0)) return;
    for (const namespace of [...this.#watched.keys()]) {
      if (this.#referred.has(namespace)) continue;
      this.#remove(namespace);
      this.#options.forget(namespace);
    }
    for (const namespace of [...this.#referred].sort(byCodeUnit)) {
      if (this.#watched.has(namespace) || !this.#mayWatch(namespace)) continue;
      const watched = this.#add(namespace, isAwaited);
      if (this.#signal !== null) this.#start(watched, this.#signal);
    }
  }

  #mayWatch(namespace: string): boolean {
    const { namespaces } = this.#options;
    return namespaces.length === 0 || namespaces.includes(namespace);
  }

  #add(namespace: string, isAwaited: boolean): Watched {
    const reflector = this.#options.makeReflector(namespace, (state) => {
      if (this.#watched.get(namespace) === watched) this.#enter(namespace, watched, state);
    });
    const watched: Watched = { reflector, ending: new AbortController(), state: 'waiting', isAwaited };
    this.#watched.set(namespace, watched);
    return watched;
  }

  #start({ reflector, ending }: Watched, signal: AbortSignal): void {
    const running = reflector.run(AbortSignal.any([signal, ending.signal])).then(() => {
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  #enter(namespace: string, watched: Watched, state: ReflectorState): void {
    const { kind, log, onAccess } = this.#options;
    watched.state = state;
    if (namespace === everywhere && state === 'unavailable') {
      this.#remove(everywhere);
      log.info({ kind: kind.kind }, 'not allowed to watch all of a kind: watched where it is referred to');
      this.#follow(!this.#hasReferences);
    }
    onAccess(namespace);
  }

  #remove(namespace: string): void {
    const watched = this.#watched.get(namespace);
    this.#watched.delete(namespace);
    watched?.ending.abort();
  }
}
