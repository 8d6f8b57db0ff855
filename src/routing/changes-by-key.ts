import type { ListChange } from './sorted-list.ts';

interface EditableChange<Entry> {
  removed: Set<Entry> | null;
  readonly added: Entry[];
}

const nothing: ReadonlySet<never> = new Set();

/** Collects the changes of many lists by their keys. What is added must come in the order of the lists. */
export class ChangesByKey<Entry> {
  readonly #changes = new Map<string, EditableChange<Entry>>();

  add(key: string, entry: Entry): void {
    this.#at(key).added.push(entry);
  }

  remove(key: string, entry: Entry): void {
    const change = this.#at(key);
    // Most lists of a large change are new: nothing goes from them.
    change.removed ??= new Set();
    change.removed.add(entry);
  }

  /** The change of one list; empty where there is none. */
  get(key: string): ListChange<Entry> {
    const change = this.#changes.get(key);
    return { removed: change?.removed ?? nothing, added: change?.added ?? [] };
  }

  keys(): Iterable<string> {
    return this.#changes.keys();
  }

  #at(key: string): EditableChange<Entry> {
    let change = this.#changes.get(key);
    if (change === undefined) {
      change = { removed: null, added: [] };
      this.#changes.set(key, change);
    }
    return change;
  }
}
