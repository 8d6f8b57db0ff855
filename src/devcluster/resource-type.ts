import type { ApiObject, Json } from './json.ts';
import type { Schema } from './schema.ts';

/** One served version of one kind: what discovery says of it and how its objects behave. */
export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  readonly subresources: readonly SubresourceType[];
  /**
   * Of the whole object; null accepts anything. For built-in kinds it is for decoding (names and types of fields, defaults),
   * patches and documents only: what a value must be is the business of `behaviour.validate`, as in Kubernetes.
   */
  readonly schema: Schema | null;
  readonly behaviour: Behaviour;
  readonly table: TableLayout;
  /** True for kinds that come from a CRD: patches, messages and unknown fields differ a little from the built-in ones. */
  readonly custom: boolean;
  /** Set for a kind that is kept in the form of another one, as `events.k8s.io/v1 Event` is kept as a core Event. */
  readonly storage?: StorageForm;
  /** Text of a `Warning:` header on every answer about this kind, refusals and reads included. */
  readonly deprecation?: string;
}

/**
 * How a kind is kept that shares its storage with another one. Behaviour and validation run in the served form; errors name
 * the kind `kind` of `group` given here, for that is what Kubernetes validates.
 */
export interface StorageForm {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  /** Both give a fresh object. */
  toStored(served: ApiObject): ApiObject;
  fromStored(stored: ApiObject): ApiObject;
}

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

export interface SubresourceType {
  readonly name: 'status' | 'scale' | 'log' | 'eviction' | 'token' | 'binding' | 'finalize';
  /** Where it differs from the resource's own, as for `autoscaling/v1 Scale`. */
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly verbs: readonly Verb[];
}

/** What a kind does on the way in, after decoding and before the store. Objects are fresh copies and may be changed. */
export interface Behaviour {
  /** Defaults that a schema cannot say, allocations, fields that a client may not set. */
  prepareCreate(object: ApiObject, context: WriteContext): void;
  /** Carries over what an update may not change; `object` goes in place of `existing`. */
  prepareUpdate(object: ApiObject, existing: ApiObject, context: WriteContext): void;
  /** `object` takes everything but its status (and metadata.managedFields) from `existing`. */
  prepareStatusUpdate(object: ApiObject, existing: ApiObject, context: WriteContext): void;
  /** `existing` is null on create. The metadata and the schema are checked elsewhere. */
  validate(object: ApiObject, existing: ApiObject | null, context: WriteContext): readonly FieldError[];
  /** Texts for `Warning:` headers. */
  warnings(object: ApiObject): readonly string[];
}

/** What a behaviour may ask of the server that runs it. */
export interface WriteContext {
  readonly dryRun: boolean;
  /** Looks an object up in the store. */
  find(group: string, plural: string, namespace: string, name: string): ApiObject | undefined;
  list(group: string, plural: string, namespace: string): readonly ApiObject[];
  now(): Date;
}

/** One entry of `details.causes` in a Status with reason Invalid (Kubernetes field.Error). */
export interface FieldError {
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid'
    | 'FieldValueNotFound';
  /** `spec.rules[0].http.paths[0].path` */
  readonly field: string;
  /** As printed after the field: `Invalid value: "x": must be absolute`. */
  readonly message: string;
}

/** How `kubectl get` prints a kind (Kubernetes Table). */
export interface TableLayout {
  readonly columns: readonly TableColumn[];
  cells(object: ApiObject, now: Date): readonly Json[];
}

export interface TableColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format: string;
  readonly description: string;
  /** 0 is always shown; higher ones with `-o wide` only. */
  readonly priority: number;
}

/** All kinds that are served now. CRDs add to it and take from it while the server runs. */
export interface ResourceRegistry {
  find(group: string, version: string, plural: string): ResourceType | undefined;
  /** Sorted as in discovery. */
  readonly all: readonly ResourceType[];
  /** Replaces all types of one CRD; an empty list removes them. */
  setCustom(definition: string, types: readonly ResourceType[]): void;
}
