/** Mean number of entries of a bucket after its map has grown or shrunk. */
const meanLoad = 16;

type Buckets<Value> = readonly ReadonlyMap<string, Value>[];

/**
 * An immutable map from strings. A changed copy shares all buckets but those that a change falls into, so it costs what is
 * changed and not what is there; many changes at once cost no more than filling a Map.
 */
export class BucketMap<Value> {
  readonly size: number;
  /** A power of two of them. */
  readonly #buckets: Buckets<Value>;

  constructor(buckets: Buckets<Value>, size: number) {
    this.#buckets = buckets;
    this.size = size;
  }

  static empty<Value>(): BucketMap<Value> {
    return new BucketMap<Value>([new Map()], 0);
  }

  get(key: string): Value | undefined {
    const buckets = this.#buckets;
    const bucket = buckets.length === 1 ? buckets[0] : buckets[hash(key) & (buckets.length - 1)];
    return bucket?.get(key);
  }

  *keys(): IterableIterator<string> {
    for (const bucket of this.#buckets) yield* bucket.keys();
  }

  *values(): IterableIterator<Value> {
    for (const bucket of this.#buckets) yield* bucket.values();
  }

  /** A copy with some entries set, or removed where the value is undefined. */
  with(changes: ReadonlyMap<string, Value | undefined>): BucketMap<Value> {
    if (changes.size === 0) return this;
    const source = resized(this.#buckets, this.size + changes.size);
    const buckets = [...source];
    const mask = buckets.length - 1;
    const owned = new Map<number, Map<string, Value>>();
    let size = this.size;
    for (const [key, value] of changes) {
      const index = hash(key) & mask;
      let bucket = owned.get(index);
      if (bucket === undefined) {
        bucket = new Map(source[index]);
        owned.set(index, bucket);
        buckets[index] = bucket;
      }
      size -= bucket.size;
      if (value === undefined) bucket.delete(key);
      else bucket.set(key, value);
      size += bucket.size;
    }
    return new BucketMap<Value>(buckets, size);
  }
}

/** Spreads the entries over another number of buckets where the load is far off; else gives back what came. */
function resized<Value>(buckets: Buckets<Value>, size: number): Buckets<Value> {
  const wanted = 2 ** Math.max(0, Math.ceil(Math.log2(size / meanLoad)));
  if (wanted <= buckets.length * 4 && wanted * 8 >= buckets.length) return buckets;
  const spread = Array.from({ length: wanted }, () => new Map<string, Value>());
  for (const bucket of buckets) {
    for (const [key, value] of bucket) spread[hash(key) & (wanted - 1)]?.set(key, value);
  }
  return spread;
}

/** FNV-1a over the code units. */
function hash(key: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) {
    value = Math.imul(value ^ key.charCodeAt(index), 0x01000193);
  }
  // The low bits alone choose the bucket.
  return (value ^ (value >>> 15)) >>> 0;
}
