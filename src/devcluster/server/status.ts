import { ApiError } from '../api-error.ts';
import type { ApiObject, JsonObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import { qualifiedPlural } from './registry.ts';

/** How an error travels: a `Status` (Kubernetes meta/v1). Anything that is not an ApiError is a fault of ours: 500. */
export function statusOf(error: unknown): JsonObject {
  if (!(error instanceof ApiError)) {
    const text = error instanceof Error ? error.message : String(error);
    return failure(500, 'InternalError', `Internal error occurred: ${text}`, { causes: [{ message: text }] });
  }
  return failure(error.code, error.reason, error.message, error.details);
}

function failure(code: number, reason: string, message: string, details: JsonObject | undefined): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason !== '' && { reason }),
    ...(details && { details: withoutEmpty(details) }),
    code,
  };
}

function withoutEmpty(details: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(details).filter(([, value]) => value !== '' && value !== undefined),
  );
}

/** The answer to a deletion that took effect at once. */
export function deletionStatus(type: ResourceType, object: ApiObject): JsonObject {
  const { name, uid } = object.metadata;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { ...about(type, name), uid },
  };
}

/** `details` of a Status about one object. */
export function about(type: { group: string; plural: string }, name: string): JsonObject {
  return { name, ...(type.group !== '' && { group: type.group }), kind: type.plural };
}

export function notFound(type: { group: string; plural: string }, name: string): ApiError {
  const message = `${qualifiedPlural(type)} ${quote(name)} not found`;
  return new ApiError(404, 'NotFound', message, about(type, name));
}

export function alreadyExists(type: ResourceType, name: string, beingDeleted: boolean): ApiError {
  const message = `${qualifiedPlural(type)} ${quote(name)} already exists`;
  const text = beingDeleted ? `object is being deleted: ${message}` : message;
  return new ApiError(409, 'AlreadyExists', text, about(type, name));
}

export function conflict(type: ResourceType, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualifiedPlural(type)} ${quote(name)}: ${why}`;
  return new ApiError(409, 'Conflict', message, about(type, name));
}

export function modifiedMeanwhile(type: ResourceType, name: string): ApiError {
  return conflict(
    type,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

/** 404 for a path that no kind of a known group has. */
export function noSuchResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function methodNotAllowed(): ApiError {
  return new ApiError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

/** 410: the history that the client asks for is forgotten. */
export function tooOld(asked: string, known: number): ApiError {
  return new ApiError(410, 'Expired', `too old resource version: ${asked} (${known})`);
}

export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', 'Unauthorized');
}

/** A text in quotes, as Go prints it with %q. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
