import type { ApiObject, Json, JsonObject } from '../json.ts';
import { isObject } from '../schema/values.ts';
import type { Schema } from '../schema.ts';

/** The group of CustomResourceDefinition itself. */
export const definitionGroup = 'apiextensions.k8s.io';

/** How a CRD calls its kind (CustomResourceDefinitionNames). Texts are empty and lists too where nothing is said. */
export interface DefinitionNames {
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
}

/** One entry of `spec.versions` (CustomResourceDefinitionVersion), read leniently. */
export interface DefinitionVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated: boolean;
  /** Empty for the usual text. */
  readonly deprecationWarning: string;
  readonly schema: Schema | null;
  readonly hasStatus: boolean;
  readonly hasScale: boolean;
  readonly columns: readonly JsonObject[];
}

/** The spec of a CRD; an empty object where there is none. */
export function specOf(definition: JsonObject): JsonObject {
  return objectIn(definition, 'spec');
}

/** Reads `spec.names` or `status.acceptedNames`. */
export function namesIn(names: Json | undefined): DefinitionNames {
  const object = isObject(names) ? names : {};
  return {
    plural: textIn(object, 'plural'),
    singular: textIn(object, 'singular'),
    kind: textIn(object, 'kind'),
    listKind: textIn(object, 'listKind'),
    shortNames: textsIn(object, 'shortNames'),
    categories: textsIn(object, 'categories'),
  };
}

/** Reads `spec.versions`, leaving out what is no object. */
export function versionsOf(definition: JsonObject): DefinitionVersion[] {
  return listIn(specOf(definition), 'versions').filter(isObject).map(readVersion);
}

function readVersion(version: JsonObject): DefinitionVersion {
  const schema = objectIn(version, 'schema').openAPIV3Schema;
  const subresources = objectIn(version, 'subresources');
  return {
    name: textIn(version, 'name'),
    served: version.served === true,
    storage: version.storage === true,
    deprecated: version.deprecated === true,
    deprecationWarning: textIn(version, 'deprecationWarning'),
    // What the server stores has been validated as a schema.
    schema: isObject(schema) ? (schema as Schema) : null,
    hasStatus: isObject(subresources.status),
    hasScale: isObject(subresources.scale),
    columns: listIn(version, 'additionalPrinterColumns').filter(isObject),
  };
}

/** The status of a condition of a CRD: `True`, `False`, `Unknown`, or undefined where the condition is missing. */
export function conditionStatus(definition: ApiObject, type: string): string | undefined {
  const condition = listIn(objectIn(definition, 'status'), 'conditions')
    .filter(isObject)
    .find((one) => one.type === type);
  return condition && textIn(condition, 'status');
}

/** A field that should be an object; an empty one, not part of the holder, where it is not. */
export function objectIn(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  return isObject(value) ? value : {};
}

/** A field that should be a list; an empty one where it is not. */
export function listIn(object: JsonObject, key: string): readonly Json[] {
  const value = object[key];
  return Array.isArray(value) ? value : [];
}

/** A field that should be a text; an empty one where it is not. */
export function textIn(object: JsonObject, key: string): string {
  const value = object[key];
  return typeof value === 'string' ? value : '';
}

/** A field that should be a list of texts; without what is none. */
export function textsIn(object: JsonObject, key: string): string[] {
  return listIn(object, key).filter((item) => typeof item === 'string');
}
