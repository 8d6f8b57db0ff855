import type { ApiObject, JsonObject } from '../../../../src/devcluster/json.ts';
import { type BuiltinOptions, builtinTypes } from '../../../../src/devcluster/kinds/builtin.ts';
import type { ResourceType, WriteContext } from '../../../../src/devcluster/resource-type.ts';

export const now = new Date('2001-02-03T04:05:06Z');

/** What a write gave: the object as prepared, and what is wrong with it as `field: message`. */
export interface Written {
  readonly object: ApiObject;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** A store and the built-in kinds, without a server around them. */
export class Bench {
  readonly types: readonly ResourceType[];
  readonly #objects = new Map<string, { plural: string; object: ApiObject }>();

  constructor(options: BuiltinOptions = {}) {
    this.types = builtinTypes(options);
  }

  type(kind: string, group?: string): ResourceType {
    const found = this.types.find(
      (type) => type.kind === kind && (group === undefined || type.group === group),
    );
    if (!found) throw new Error(`no such kind: ${kind}`);
    return found;
  }

  context(dryRun = false): WriteContext {
    return {
      dryRun,
      find: (_group, plural, namespace, name) => this.#objects.get(`${plural}/${namespace}/${name}`)?.object,
      list: (_group, plural) =>
        [...this.#objects.values()].filter((entry) => entry.plural === plural).map(({ object }) => object),
      now: () => now,
    };
  }

  /** Prepares and validates a creation; what is fine is kept. */
  create(type: ResourceType, content: JsonObject, dryRun = false): Written {
    const object = fresh(type, content);
    type.behaviour.prepareCreate(object, this.context(dryRun));
    const problems = this.#problems(type, object, null);
    if (problems.length === 0 && !dryRun) this.put(type, object);
    return { object, problems, warnings: type.behaviour.warnings(object) };
  }

  /** The same for an update of the object itself or of its status. */
  update(
    type: ResourceType,
    existing: ApiObject,
    content: JsonObject,
    subresource: '' | 'status' = '',
  ): Written {
    const object = fresh(type, content);
    object.metadata.name = existing.metadata.name;
    object.metadata.generation = existing.metadata.generation ?? 0;
    const context = this.context();
    if (subresource === 'status') type.behaviour.prepareStatusUpdate(object, existing, context);
    else type.behaviour.prepareUpdate(object, existing, context);
    const problems = this.#problems(type, object, existing);
    if (problems.length === 0) this.put(type, object);
    return { object, problems, warnings: type.behaviour.warnings(object) };
  }

  put(type: ResourceType, object: ApiObject): void {
    const key = `${type.plural}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    this.#objects.set(key, { plural: type.plural, object });
  }

  remove(type: ResourceType, object: ApiObject): void {
    this.#objects.delete(`${type.plural}/${object.metadata.namespace ?? ''}/${object.metadata.name}`);
  }

  #problems(type: ResourceType, object: ApiObject, existing: ApiObject | null): string[] {
    return type.behaviour
      .validate(object, existing, this.context())
      .map(({ field, message }) => `${field}: ${message}`);
  }
}

function fresh(type: ResourceType, content: JsonObject): ApiObject {
  const { metadata = {}, ...rest } = structuredClone(content);
  return {
    apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
    kind: type.kind,
    ...rest,
    metadata: {
      name: 'thing',
      ...(type.namespaced && { namespace: 'default' }),
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '2001-02-03T04:05:06Z',
      ...(metadata as JsonObject),
    },
  };
}

/** A field deep inside, by its names and indices. */
export function at(object: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (value as Record<string, unknown> | undefined)?.[part],
    object,
  );
}
