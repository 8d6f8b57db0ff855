/** Why a request to the API server failed. */
export interface KubeError {
  /** The HTTP status; 0 where there was no usable answer. */
  readonly code: number;
  /** A Kubernetes StatusReason (`NotFound`, `Expired`, …), or one of ours where `code` is 0. */
  readonly reason: string;
  readonly message: string;
  /** Milliseconds; null where the server did not say. */
  readonly retryAfterMs: number | null;
}

/** Reasons of ours, where there was no usable answer. */
export type LocalReason =
  | 'Aborted'
  | 'ConnectionFailed'
  | 'Timeout'
  | 'TooLarge'
  | 'InvalidResponse'
  | 'LineTooLong'
  | 'Silent'
  | 'Credentials';

export function localError(reason: LocalReason, message: string): KubeError {
  return { code: 0, reason, message: clip(message), retryAfterMs: null };
}

/**
 * Reads a Status (Kubernetes metav1.Status): the body of a failed request, or the object of an ERROR event. Anything else
 * gives an error with the HTTP status and the beginning of the text.
 */
export function decodeStatus(status: unknown, fallbackCode: number, text = ''): KubeError {
  const fields = typeof status === 'object' && status !== null ? (status as Record<string, unknown>) : {};
  const { code, reason, message, details } = fields;
  const known = typeof code === 'number' && Number.isInteger(code) && code > 0 ? code : fallbackCode;
  return {
    code: known,
    reason: typeof reason === 'string' && reason !== '' ? clip(reason) : reasonOfCode(known),
    message: clip(typeof message === 'string' ? message : text || `HTTP status ${known}`),
    retryAfterMs: retryAfterOf(details),
  };
}

/** True where the version or the continue token is too old, so that only a new list helps. */
export function isExpired(error: KubeError): boolean {
  return error.code === 410 || error.reason === 'Expired' || error.reason === 'Gone';
}

function retryAfterOf(details: unknown): number | null {
  if (typeof details !== 'object' || details === null) return null;
  const { retryAfterSeconds } = details as Record<string, unknown>;
  return typeof retryAfterSeconds === 'number' && retryAfterSeconds > 0 ? retryAfterSeconds * 1000 : null;
}

function reasonOfCode(code: number): string {
  return reasons.get(code) ?? 'Unknown';
}

const reasons: ReadonlyMap<number, string> = new Map([
  [400, 'BadRequest'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'NotFound'],
  [409, 'Conflict'],
  [410, 'Expired'],
  [422, 'Invalid'],
  [429, 'TooManyRequests'],
  [500, 'InternalError'],
  [503, 'ServiceUnavailable'],
  [504, 'Timeout'],
]);

const longestText = 500;

function clip(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText)}…`;
}
