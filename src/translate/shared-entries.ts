import { byCodeUnit } from '../model/order.ts';
import { SortedList } from '../model/sorted-list.ts';
import { equalPlain } from './equal.ts';

interface Use<Entry> {
  readonly entry: Entry;
  readonly users: number;
}

/** Entries that came or changed, and entries that went, by key. */
export interface EntryChanges<Entry> {
  readonly set: readonly Entry[];
  /** For each entry of `set`, the one that it stands in place of; undefined where there was none. */
  readonly before: readonly (Entry | undefined)[];
  readonly removed: readonly Entry[];
}

/**
 * Entries that fragments bring along: each stands in the plan once, as long as anybody uses it. Fragments that bring an
 * entry of the same key in one view bring the same entry.
 */
export class SharedEntries<Entry> {
  readonly #keyOf: (entry: Entry) => string;
  readonly #list: SortedList<string, Entry>;
  readonly #uses = new Map<string, Use<Entry>>();
  readonly #touched = new Set<string>();

  /** `compare` orders the list; it must be 0 for entries of the same content only. */
  constructor(keyOf: (entry: Entry) => string, compare: (left: Entry, right: Entry) => number) {
    this.#keyOf = keyOf;
    this.#list = new SortedList(keyOf, compare);
  }

  use(entry: Entry): void {
    const key = this.#keyOf(entry);
    const users = this.#uses.get(key)?.users ?? 0;
    this.#uses.set(key, { entry, users: users + 1 });
    this.#touched.add(key);
  }

  release(entry: Entry): void {
    const key = this.#keyOf(entry);
    const use = this.#uses.get(key);
    if (use === undefined) return;
    if (use.users === 1) this.#uses.delete(key);
    else this.#uses.set(key, { entry: use.entry, users: use.users - 1 });
    this.#touched.add(key);
  }

  /** Makes what was used and released count, and says what changed by it since the last call; equal entries did not. */
  settle(): EntryChanges<Entry> {
    const set: Entry[] = [];
    const replaced: (Entry | undefined)[] = [];
    const removed: Entry[] = [];
    for (const key of [...this.#touched].sort(byCodeUnit)) {
      const before = this.#list.get(key);
      const now = this.#uses.get(key)?.entry;
      if (now === undefined) {
        if (before !== undefined) removed.push(before);
        this.#list.delete(key);
      } else if (before === undefined || !equalPlain(before, now)) {
        set.push(now);
        replaced.push(before);
        this.#list.set(now);
      }
    }
    this.#touched.clear();
    return { set, before: replaced, removed };
  }

  /** All that is settled, in order; the same array until something changes. */
  read(): readonly Entry[] {
    return this.#list.read();
  }
}
