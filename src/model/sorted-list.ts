/**
 * A list that is kept in order while few of its entries change: what came and went is noted, and worked in when the list is
 * read. One change among 100,000 entries costs a copy, never a sort of all.
 */
export class SortedList<Key, Entry> {
  readonly #keyOf: (entry: Entry) => Key;
  readonly #compare: (left: Entry, right: Entry) => number;
  readonly #entries = new Map<Key, Entry>();
  /** For each key that was set or removed since the list was read, what stands in the list. */
  readonly #stale = new Map<Key, Entry | undefined>();
  #sorted: readonly Entry[] = Object.freeze([]);

  /** `compare` must be total: 0 for entries of the same content only. */
  constructor(keyOf: (entry: Entry) => Key, compare: (left: Entry, right: Entry) => number) {
    this.#keyOf = keyOf;
    this.#compare = compare;
  }

  get(key: Key): Entry | undefined {
    return this.#entries.get(key);
  }

  set(entry: Entry): void {
    const key = this.#keyOf(entry);
    this.#note(key);
    this.#entries.set(key, entry);
  }

  delete(key: Key): void {
    this.#note(key);
    this.#entries.delete(key);
  }

  /** All entries in order; the same array until something changes. */
  read(): readonly Entry[] {
    if (this.#stale.size === 0) return this.#sorted;
    const old: Entry[] = [];
    const fresh: Entry[] = [];
    for (const [key, before] of this.#stale) {
      if (before !== undefined) old.push(before);
      const now = this.#entries.get(key);
      if (now !== undefined) fresh.push(now);
    }
    this.#stale.clear();
    this.#sorted = Object.freeze(this.#with(fresh, this.#without(old)));
    return this.#sorted;
  }

  #note(key: Key): void {
    if (!this.#stale.has(key)) this.#stale.set(key, this.#entries.get(key));
  }

  #without(old: Entry[]): readonly Entry[] {
    if (old.length === 0) return this.#sorted;
    const kept: Entry[] = [];
    let from = 0;
    for (const entry of old.sort(this.#compare)) {
      const behind = this.#placeOf(entry, this.#sorted, from);
      copy(this.#sorted, from, behind - 1, kept);
      from = behind;
    }
    copy(this.#sorted, from, this.#sorted.length, kept);
    return kept;
  }

  #with(fresh: Entry[], list: readonly Entry[]): readonly Entry[] {
    const merged: Entry[] = [];
    let from = 0;
    for (const entry of fresh.sort(this.#compare)) {
      const place = this.#placeOf(entry, list, from);
      copy(list, from, place, merged);
      merged.push(entry);
      from = place;
    }
    copy(list, from, list.length, merged);
    return merged;
  }

  /** Index of the first entry at or after `from` that stands behind `entry`. */
  #placeOf(entry: Entry, list: readonly Entry[], from: number): number {
    let low = from;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(list[middle] as Entry, entry) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function copy<Entry>(source: readonly Entry[], from: number, to: number, target: Entry[]): void {
  for (let index = from; index < to; index++) target.push(source[index] as Entry);
}
