import type { ReadKey } from './lookup.ts';

/** Counts in which namespaces objects of some kinds are read, so that these can be watched there. */
export class ReferredNamespaces {
  readonly #counts: ReadonlyMap<string, Map<string, number>>;
  readonly #changed = new Set<string>();

  constructor(kinds: readonly string[]) {
    this.#counts = new Map(kinds.map((kind) => [kind, new Map<string, number>()]));
  }

  add(reads: Iterable<ReadKey>): void {
    this.#count(reads, 1);
  }

  remove(reads: Iterable<ReadKey>): void {
    this.#count(reads, -1);
  }

  /** The kinds whose namespaces are others than at the last call, with all that they have now. */
  settle(): ReadonlyMap<string, ReadonlySet<string>> {
    const changed = new Map<string, ReadonlySet<string>>();
    for (const kind of this.#changed) changed.set(kind, new Set(this.#counts.get(kind)?.keys()));
    this.#changed.clear();
    return changed;
  }

  #count(reads: Iterable<ReadKey>, by: number): void {
    for (const read of reads) {
      const end = read.indexOf('\u0000');
      const kind = read.slice(0, end);
      const counts = this.#counts.get(kind);
      if (counts === undefined) continue;
      const namespace = read.slice(end + 1, read.indexOf('\u0000', end + 1));
      const before = counts.get(namespace) ?? 0;
      const now = before + by;
      if (now === 0) counts.delete(namespace);
      else counts.set(namespace, now);
      if (before === 0 || now === 0) this.#changed.add(kind);
    }
  }
}
