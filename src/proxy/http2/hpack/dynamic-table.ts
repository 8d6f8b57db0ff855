/** What an entry counts besides its name and value, in bytes (RFC 7541 section 4.1). */
export const entryOverhead = 32;

/** As many entries as a table begins with room for. */
const firstSlots = 16;

/** The names and values that header blocks have added for later ones (RFC 7541 section 2.3.2), newest first. */
export class DynamicTable {
  /** Number of entries. */
  count = 0;
  /** As the standard counts it, in bytes. */
  size = 0;
  #maxSize: number;
  /** A ring: entry 0, the newest, stands at `#newest`, older ones before it. Its length is a power of two. */
  #names: string[] = [];
  #values: string[] = [];
  #newest = 0;

  /** `maxSize` in bytes. */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  get maxSize(): number {
    return this.#maxSize;
  }

  /** Drops the oldest entries that find no room any more (RFC 7541 section 4.3). */
  set maxSize(bytes: number) {
    this.#maxSize = bytes;
    this.#evict(bytes);
  }

  /** Of entry `index`, 0 being the newest; the caller answers for there being one. */
  name(index: number): string {
    return this.#names[(this.#newest - index) & (this.#names.length - 1)] ?? '';
  }

  value(index: number): string {
    return this.#values[(this.#newest - index) & (this.#values.length - 1)] ?? '';
  }

  /** Puts an entry before all others; one that is larger than the table empties it and is no error (RFC 7541 section 4.4). */
  add(name: string, value: string): void {
    const size = name.length + value.length + entryOverhead;
    this.#evict(this.#maxSize - size);
    if (size > this.#maxSize) return;
    if (this.count === this.#names.length) this.#grow();
    this.#newest = (this.#newest + 1) & (this.#names.length - 1);
    this.#names[this.#newest] = name;
    this.#values[this.#newest] = value;
    this.size += size;
    this.count++;
  }

  /** Drops the oldest entries until no more than so many bytes are left. */
  #evict(bytes: number): void {
    const mask = this.#names.length - 1;
    while (this.count > 0 && this.size > bytes) {
      const oldest = (this.#newest - this.count + 1) & mask;
      this.size -= (this.#names[oldest] ?? '').length + (this.#values[oldest] ?? '').length + entryOverhead;
      // Lets go of strings that may be as large as the table.
      this.#names[oldest] = '';
      this.#values[oldest] = '';
      this.count--;
    }
  }

  #grow(): void {
    const { count } = this;
    const slots = Math.max(firstSlots, 2 * this.#names.length);
    const names = new Array<string>(slots).fill('');
    const values = new Array<string>(slots).fill('');
    for (let index = 0; index < count; index++) {
      names[count - 1 - index] = this.name(index);
      values[count - 1 - index] = this.value(index);
    }
    this.#names = names;
    this.#values = values;
    this.#newest = count - 1;
  }
}
