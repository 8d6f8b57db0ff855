/** Entries of a leaf; with one more it becomes a branch. */
const leafEntries = 8;
/** Bits of the hash that one level takes, and the bits that all levels together can take. */
const levelBits = 5;
const hashBits = 30;
const branchSize = 2 ** levelBits;

/**
 * A part of the tree: a branch, a leaf, or, where no bits of the hash are left to tell its entries apart, a Map, so that
 * names that were made to collide cost nobody anything.
 */
interface Node<Value> {
  /** Who may still change it in place: the one change that made it. */
  readonly owner: object;
  branches: (Node<Value> | undefined)[] | null;
  keys: string[];
  values: Value[];
  map: Map<string, Value> | null;
}

/**
 * An immutable map from strings. A changed copy shares all but the way to what is changed: a change costs the number of
 * changed entries and the logarithm of the size. There is never a moment at which everything is laid out anew, so a large map
 * can be made in small pieces.
 */
export class BucketMap<Value> {
  readonly size: number;
  readonly #root: Node<Value>;

  private constructor(root: Node<Value>, size: number) {
    this.#root = root;
    this.size = size;
  }

  static empty<Value>(): BucketMap<Value> {
    return new BucketMap<Value>(leaf({}), 0);
  }

  get(key: string): Value | undefined {
    let node = this.#root;
    if (node.branches !== null) {
      for (let bits = hash(key); node.branches !== null; bits >>>= levelBits) {
        const next: Node<Value> | undefined = node.branches[bits & (branchSize - 1)];
        if (next === undefined) return undefined;
        node = next;
      }
    }
    if (node.map !== null) return node.map.get(key);
    const { keys } = node;
    for (let index = 0; index < keys.length; index++) if (keys[index] === key) return node.values[index];
    return undefined;
  }

  *keys(): IterableIterator<string> {
    for (const node of leavesOf(this.#root)) yield* node.map === null ? node.keys : node.map.keys();
  }

  *values(): IterableIterator<Value> {
    for (const node of leavesOf(this.#root)) yield* node.map === null ? node.values : node.map.values();
  }

  /** A copy with some entries set, or removed where the value is undefined. */
  with(changes: ReadonlyMap<string, Value | undefined>): BucketMap<Value> {
    if (changes.size === 0) return this;
    const owner = {};
    let root = this.#root;
    let size = this.size;
    for (const [key, value] of changes) {
      const change: Change<Value> = { owner, key, value, grown: 0 };
      root = changed(root, change, 0);
      size += change.grown;
    }
    return new BucketMap<Value>(root, size);
  }
}

interface Change<Value> {
  readonly owner: object;
  readonly key: string;
  readonly value: Value | undefined;
  /** How many entries more there are by it: -1, 0 or 1. */
  grown: number;
}

function leaf<Value>(owner: object): Node<Value> {
  return { owner, branches: null, keys: [], values: [], map: null };
}

function changed<Value>(before: Node<Value>, change: Change<Value>, depth: number): Node<Value> {
  const node = owned(before, change.owner);
  if (node.branches !== null) changeBranch(node.branches, change, depth);
  else if (node.map !== null) changeMap(node.map, change);
  else changeLeaf(node, change, depth);
  return node;
}

function owned<Value>(node: Node<Value>, owner: object): Node<Value> {
  if (node.owner === owner) return node;
  const { branches, keys, values, map } = node;
  return {
    owner,
    branches: branches === null ? null : branches.slice(),
    keys: keys.slice(),
    values: values.slice(),
    map: map === null ? null : new Map(map),
  };
}

function changeBranch<Value>(
  branches: (Node<Value> | undefined)[],
  change: Change<Value>,
  depth: number,
): void {
  const index = (hash(change.key) >>> depth) & (branchSize - 1);
  const child = branches[index];
  if (child === undefined && change.value === undefined) return;
  const next = changed(child ?? leaf<Value>(change.owner), change, depth + levelBits);
  const isEmpty = next.branches === null && next.map === null && next.keys.length === 0;
  branches[index] = isEmpty ? undefined : next;
}

function changeMap<Value>(map: Map<string, Value>, change: Change<Value>): void {
  const before = map.size;
  if (change.value === undefined) map.delete(change.key);
  else map.set(change.key, change.value);
  change.grown = map.size - before;
}

function changeLeaf<Value>(node: Node<Value>, change: Change<Value>, depth: number): void {
  const { key, value } = change;
  const index = node.keys.indexOf(key);
  if (value === undefined) {
    if (index === -1) return;
    node.keys.splice(index, 1);
    node.values.splice(index, 1);
    change.grown = -1;
  } else if (index !== -1) {
    node.values[index] = value;
  } else {
    // Exactly as long as needed: there are as many leaves as hosts, and `push` would leave room for more in each.
    node.keys = node.keys.concat(key);
    node.values = node.values.concat([value]);
    change.grown = 1;
    if (node.keys.length > leafEntries) split(node, depth);
  }
}

function split<Value>(node: Node<Value>, depth: number): void {
  const { owner, keys, values } = node;
  const entries = keys.map((key, index) => ({ key, value: values[index] }));
  node.keys = [];
  node.values = [];
  if (depth >= hashBits) node.map = new Map();
  else node.branches = new Array<Node<Value> | undefined>(branchSize).fill(undefined);
  for (const { key, value } of entries) changed(node, { owner, key, value, grown: 0 }, depth);
}

function* leavesOf<Value>(node: Node<Value>): IterableIterator<Node<Value>> {
  if (node.branches === null) {
    yield node;
    return;
  }
  for (const child of node.branches) if (child !== undefined) yield* leavesOf(child);
}

/** FNV-1a over the code units, mixed, since each level looks at a few bits only. */
function hash(key: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) {
    value = Math.imul(value ^ key.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}
