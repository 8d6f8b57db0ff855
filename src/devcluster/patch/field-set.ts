import type { Json, JsonObject } from '../json.ts';
import { canonicalJson, isObject } from '../schema/values.ts';

/**
 * A set of paths inside an object, as managedFields keep it (Kubernetes FieldsV1). A path is a list of elements in the form
 * of FieldsV1: `f:name` for a field, `k:{"name":"x"}` for an item with keys, `v:"x"` for an item of a set.
 */
export class FieldSet {
  #isMember = false;
  readonly #children = new Map<string, FieldSet>();

  /** Whether the place itself, rather than something below it, is in the set. */
  get isMember(): boolean {
    return this.#isMember;
  }

  get isEmpty(): boolean {
    return !this.#isMember && this.#children.size === 0;
  }

  /** What is below one element; undefined if nothing is. */
  below(element: string): FieldSet | undefined {
    return this.#children.get(element);
  }

  get elements(): Iterable<[string, FieldSet]> {
    return this.#children;
  }

  has(path: readonly string[]): boolean {
    let node: FieldSet | undefined = this;
    for (const element of path) node = node?.below(element);
    return node?.isMember === true;
  }

  insert(path: readonly string[]): void {
    let node: FieldSet = this;
    for (const element of path) node = node.#make(element);
    node.#isMember = true;
  }

  #make(element: string): FieldSet {
    let child = this.#children.get(element);
    if (child === undefined) {
      child = new FieldSet();
      this.#children.set(element, child);
    }
    return child;
  }

  /** The paths that are in both. */
  intersection(other: FieldSet): FieldSet {
    const result = new FieldSet();
    result.#isMember = this.#isMember && other.#isMember;
    for (const [element, child] of this.#children) {
      const match = other.#children.get(element);
      if (match) result.#adopt(element, child.intersection(match));
    }
    return result;
  }

  /** The paths that the other does not have. Paths below or above one of them stay. */
  difference(other: FieldSet): FieldSet {
    const result = new FieldSet();
    result.#isMember = this.#isMember && !other.#isMember;
    for (const [element, child] of this.#children) {
      const match = other.#children.get(element);
      result.#adopt(element, match ? child.difference(match) : child);
    }
    return result;
  }

  union(other: FieldSet): FieldSet {
    const result = new FieldSet();
    result.#isMember = this.#isMember || other.#isMember;
    for (const [element, child] of this.#children) {
      const match = other.#children.get(element);
      result.#adopt(element, match ? child.union(match) : child);
    }
    for (const [element, child] of other.#children)
      if (!this.#children.has(element)) result.#adopt(element, child);
    return result;
  }

  /** Without a path and all that is below it. */
  without(path: readonly string[]): FieldSet {
    const [first, ...rest] = path;
    const result = new FieldSet();
    if (first === undefined) return result;
    result.#isMember = this.#isMember;
    for (const [element, child] of this.#children) {
      result.#adopt(element, element === first ? child.without(rest) : child);
    }
    return result;
  }

  /** Only what is at or below one element. */
  only(element: string): FieldSet {
    const result = new FieldSet();
    const child = this.#children.get(element);
    if (child) result.#adopt(element, child);
    return result;
  }

  #adopt(element: string, child: FieldSet): void {
    if (!child.isEmpty) this.#children.set(element, child);
  }

  equals(other: FieldSet): boolean {
    if (this.#isMember !== other.#isMember || this.#children.size !== other.#children.size) return false;
    for (const [element, child] of this.#children) {
      const match = other.#children.get(element);
      if (!match?.equals(child)) return false;
    }
    return true;
  }

  /** All paths, sorted. */
  paths(above: readonly string[] = []): string[][] {
    const result = this.#isMember ? [[...above]] : [];
    for (const element of [...this.#children.keys()].sort()) {
      result.push(...(this.#children.get(element)?.paths([...above, element]) ?? []));
    }
    return result;
  }

  /** As FieldsV1. */
  toJson(): JsonObject {
    const result: JsonObject = {};
    if (this.#isMember && this.#children.size > 0) result['.'] = {};
    for (const element of [...this.#children.keys()].sort()) {
      const child = this.#children.get(element);
      if (child) result[element] = child.toJson();
    }
    return result;
  }

  /** From FieldsV1; undefined if it is none. */
  static fromJson(json: Json | undefined): FieldSet | undefined {
    const set = new FieldSet();
    return isObject(json) && set.#read(json) ? set : undefined;
  }

  #read(json: JsonObject): boolean {
    for (const [name, inner] of Object.entries(json)) {
      if (name === '.') continue;
      const element = canonicalElement(name);
      if (element === undefined || !isObject(inner)) return false;
      const child = this.#make(element);
      child.#isMember = '.' in inner || Object.keys(inner).length === 0;
      if (!child.#read(inner)) return false;
    }
    return true;
  }
}

/** Equal keys are written alike, however a client wrote them. */
function canonicalElement(element: string): string | undefined {
  const kind = element.slice(0, 2);
  if (kind === 'f:' || kind === 'i:') return element;
  if (kind !== 'k:' && kind !== 'v:') return undefined;
  try {
    return kind + canonicalJson(JSON.parse(element.slice(2)) as Json);
  } catch {
    return undefined;
  }
}

/** A path as messages have it: `.spec.ports[port=80,protocol="TCP"].name`. */
export function pathText(path: readonly string[]): string {
  return path.map(elementText).join('');
}

function elementText(element: string): string {
  const rest = element.slice(2);
  switch (element.slice(0, 2)) {
    case 'f:':
      return `.${rest}`;
    case 'k:': {
      const keys = Object.entries(JSON.parse(rest) as JsonObject);
      return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
    }
    case 'v:':
      return `[=${rest}]`;
    default:
      return `[${rest}]`;
  }
}
