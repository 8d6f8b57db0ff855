import { ApiError, invalid } from '../api-error.ts';
import type { ApiObject, Json, JsonObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import { decodeObject } from '../schema/decode.ts';
import { apiVersionOf, type Registry } from './registry.ts';
import { badRequest, quote } from './status.ts';
import type { WriteOptions } from './write-options.ts';

/** The body of a request, parsed. */
export interface Body {
  readonly value: Json;
  /** Texts about keys that came twice: `duplicate field "spec.foo"`. */
  readonly duplicates: readonly string[];
}

/**
 * Makes an object of the kind that is wanted from what a client sent: unknown fields are left out, and told of as
 * `fieldValidation` asks for.
 *
 * @returns a fresh object whose metadata may lack everything, and texts for `Warning:` headers
 * @throws ApiError 400 for what is no such object, or has unknown fields where that is Strict
 */
export function decodeBody(
  type: ResourceType,
  body: Body,
  options: WriteOptions,
  registry: Registry,
): { object: ApiObject; warnings: string[] } {
  const json = objectOf(type, body.value);
  checkKind(type, json, registry);
  const { object, problems } = decodeObject(type, json, options.fieldValidation);
  const all = options.fieldValidation === 'Ignore' ? [] : [...body.duplicates, ...problems];
  if (options.fieldValidation === 'Strict' && all.length > 0) {
    throw badRequest(`${cannotHandle(type)}: strict decoding error: ${all.join(', ')}`);
  }
  return { object: complete(type, object), warnings: all };
}

/**
 * The same for an object that a patch made. What is wrong with it is the fault of the patch, and said so.
 *
 * @throws ApiError 422
 */
export function decodePatched(
  type: ResourceType,
  patched: ApiObject,
  duplicates: readonly string[],
  options: WriteOptions,
): { object: ApiObject; warnings: string[] } {
  const refuse = (why: string) => {
    const { apiVersion, kind, ...rest } = patched;
    const message = `Invalid value: ${quote(JSON.stringify({ apiVersion, kind, ...rest }))}: ${why}`;
    return invalid('', '', '', [{ reason: 'FieldValueInvalid', field: 'patch', message }]);
  };
  if (patched.kind !== type.kind || patched.apiVersion !== apiVersionOf(type)) {
    throw refuse(`unable to decode ${quote(patched.kind)} in version ${quote(patched.apiVersion)}`);
  }
  try {
    const { object, problems } = decodeObject(type, patched, options.fieldValidation);
    const all = options.fieldValidation === 'Ignore' ? [] : [...duplicates, ...problems];
    if (options.fieldValidation === 'Strict' && all.length > 0) {
      throw refuse(`strict decoding error: ${all.join(', ')}`);
    }
    return { object: complete(type, object), warnings: all };
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 400) throw error;
    throw refuse(error.message.replace(`${cannotHandle(type)}: `, ''));
  }
}

function cannotHandle(type: ResourceType): string {
  return `${type.kind} in version ${quote(type.version)} cannot be handled as a ${type.kind}`;
}

function objectOf(type: ResourceType, value: Json): JsonObject {
  if (value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value;
  const what = Array.isArray(value) ? 'array' : typeof value;
  throw unrecognized(
    type,
    `couldn't get version/kind; json parse error: json: cannot unmarshal ${what} into an object`,
  );
}

/** 400: the body could not be read at all. */
export function unrecognized(type: ResourceType, why: string): ApiError {
  return badRequest(`the object provided is unrecognized (must be of type ${type.kind}): ${why}`);
}

function checkKind(type: ResourceType, json: JsonObject, registry: Registry): void {
  const wanted = apiVersionOf(type);
  const { kind = '', apiVersion = '' } = json;
  if (type.custom) {
    for (const [name, value] of Object.entries({ Kind: kind, apiVersion })) {
      if (typeof value === 'string' && value !== '') continue;
      const text = JSON.stringify(json);
      throw unrecognized(type, `Object '${name}' is missing in '${text}' (${beginningOf(text)})`);
    }
    if (apiVersion === wanted && kind === type.kind) return;
    if (apiVersion !== wanted) {
      const expected = `does not match the expected API version (${wanted})`;
      throw badRequest(`the API version in the data (${apiVersion}) ${expected}`);
    }
    const message = `Invalid value: ${JSON.stringify(kind)}: must be ${type.kind}`;
    throw invalid(type.group, String(kind), nameOf(json), [
      { reason: 'FieldValueInvalid', field: 'kind', message },
    ]);
  }
  if ((kind === '' || kind === type.kind) && (apiVersion === '' || apiVersion === wanted)) return;
  const found = `${kind || type.kind} in version ${quote(versionOf(String(apiVersion || wanted)))}`;
  const known = registry.findKind(String(apiVersion || wanted), String(kind || type.kind));
  const why = known
    ? `converting (${apiVersion}.${kind}) to (${type.kind}): unknown conversion`
    : `no kind ${quote(String(kind || type.kind))} is registered for version ${quote(String(apiVersion || wanted))}`;
  throw badRequest(`${found} cannot be handled as a ${type.kind}: ${why}`);
}

function complete(type: ResourceType, object: JsonObject): ApiObject {
  const metadata =
    typeof object.metadata === 'object' && !Array.isArray(object.metadata) ? object.metadata : {};
  return { ...object, apiVersion: apiVersionOf(type), kind: type.kind, metadata } as ApiObject;
}

function nameOf({ metadata }: JsonObject): string {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return '';
  return typeof metadata.name === 'string' ? metadata.name : '';
}

function versionOf(apiVersion: string): string {
  return apiVersion.split('/').at(-1) ?? '';
}

function beginningOf(text: string): string {
  return text.length > 30 ? `${text.slice(0, 30)} ...` : text;
}
