import type { JsonObject } from './json.ts';
import type { FieldError } from './resource-type.ts';

/** A refusal as the API server words it: it becomes a `Status` with `status: Failure`. */
export class ApiError extends Error {
  readonly code: number;
  /** `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, … (Kubernetes StatusReason); empty where there is none. */
  readonly reason: string;
  readonly details: JsonObject | undefined;

  constructor(code: number, reason: string, message: string, details?: JsonObject) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

/** 422: what validation found, worded as Kubernetes does: one error inline, several in brackets, none said twice. */
export function invalid(group: string, kind: string, name: string, errors: readonly FieldError[]): ApiError {
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  const all = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const qualified = group === '' ? kind : `${kind}.${group}`;
  return new ApiError(422, 'Invalid', `${qualified} "${name}" is invalid: ${all}`, {
    name,
    group,
    kind,
    causes: errors.map(({ reason, message, field }) => ({ reason, message, field })),
  });
}
