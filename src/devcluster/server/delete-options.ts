import type { Json, JsonObject } from '../json.ts';
import type { FieldError } from '../resource-type.ts';
import { badRequest, quote } from './status.ts';
import { dryRunErrors, optionsError } from './write-options.ts';

/** How a deletion is to be done (Kubernetes DeleteOptions). */
export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: 'Background' | 'Foreground' | 'Orphan' | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

/** Deletion at once, whatever hangs on the object. */
export const plainDeletion: DeleteOptions = Object.freeze({
  dryRun: false,
  gracePeriodSeconds: 0,
  propagationPolicy: 'Background',
  uid: undefined,
  resourceVersion: undefined,
});

/**
 * Reads the options of a deletion: from the body if there is one, else from the path. Unknown fields are not minded.
 *
 * @throws ApiError 400 for a body that is something else, 422 for values that are none
 */
export function parseDeleteOptions(body: Json | undefined, query: URLSearchParams): DeleteOptions {
  const given = body === undefined ? fromQuery(query) : fromBody(body);
  const policy = given.propagationPolicy;
  const dryRun = asList(given.dryRun).map(String);
  const errors = [...policyErrors(given), ...dryRunErrors(dryRun)];
  if (errors.length > 0) throw optionsError('DeleteOptions', errors);
  const preconditions = asObject(given.preconditions);
  const orphan = given.orphanDependents === true ? 'Orphan' : undefined;
  return {
    dryRun: dryRun.includes('All'),
    gracePeriodSeconds: typeof given.gracePeriodSeconds === 'number' ? given.gracePeriodSeconds : undefined,
    propagationPolicy: (typeof policy === 'string' ? policy : orphan) as DeleteOptions['propagationPolicy'],
    uid: typeof preconditions.uid === 'string' ? preconditions.uid : undefined,
    resourceVersion:
      typeof preconditions.resourceVersion === 'string' ? preconditions.resourceVersion : undefined,
  };
}

function fromQuery(query: URLSearchParams): JsonObject {
  const grace = query.get('gracePeriodSeconds');
  const policy = query.get('propagationPolicy');
  const orphan = query.get('orphanDependents');
  return {
    dryRun: query.getAll('dryRun'),
    ...(grace && { gracePeriodSeconds: Number(grace) }),
    ...(policy && { propagationPolicy: policy }),
    ...(orphan && { orphanDependents: orphan === 'true' }),
  };
}

function fromBody(body: Json): JsonObject {
  if (body === null) return {};
  if (typeof body !== 'object' || Array.isArray(body)) {
    throw badRequest("couldn't get version/kind; json parse error: json: cannot unmarshal into an object");
  }
  const { kind = 'DeleteOptions', apiVersion = 'v1' } = body;
  if (kind !== 'DeleteOptions') {
    throw badRequest(
      `no kind ${quote(String(kind))} is registered for version ${quote(String(apiVersion))} in scheme "pkg/apis/meta/internalversion/scheme/register.go:27"`,
    );
  }
  return body;
}

function policyErrors({ propagationPolicy, orphanDependents }: JsonObject): FieldError[] {
  const field = 'propagationPolicy';
  if (propagationPolicy === undefined || propagationPolicy === null) return [];
  const text = String(propagationPolicy);
  if (orphanDependents !== undefined && orphanDependents !== null) {
    const message = `Invalid value: ${quote(text)}: orphanDependents and deletionPropagation cannot be both set`;
    return [{ reason: 'FieldValueInvalid', field, message }];
  }
  if (['Background', 'Foreground', 'Orphan'].includes(text)) return [];
  const message = `Unsupported value: ${quote(text)}: supported values: "Foreground", "Background", "Orphan", "nil"`;
  return [{ reason: 'FieldValueNotSupported', field, message }];
}

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function asList(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
