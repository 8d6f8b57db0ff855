import { ApiError } from '../api-error.ts';
import type { Json } from '../json.ts';
import { scanJson } from './scan-json.ts';

/**
 * How deep objects and lists may be nested. Kubernetes allows 10,000; every walk over a value is recursive here, so the
 * bound is the depth that is safe on a thread's default stack. No real manifest comes near it.
 */
export const maxDepth = 500;

/**
 * Parses JSON as the API server does: duplicate keys are noticed (the last one counts) and nesting is bounded.
 *
 * @returns the value, and one text per duplicate key, as Kubernetes words it: `duplicate field "spec.foo"`. At most 100.
 * @throws ApiError 400 when the text is not JSON or is nested too deep.
 */
export function parseJson(text: string): { value: Json; duplicates: string[] } {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    throw notJson(text, error);
  }
  const { depth, duplicates } = scanJson(text, maxDepth);
  if (depth > maxDepth)
    throw new ApiError(400, 'BadRequest', `json parse error: exceeded max depth (${maxDepth})`);
  return { value, duplicates };
}

function notJson(text: string, error: unknown): ApiError {
  const what =
    text.trim() === ''
      ? 'unexpected end of JSON input (<empty>)'
      : `${error instanceof Error ? error.message : String(error)} (${beginning(text)})`;
  return new ApiError(400, 'BadRequest', `couldn't get version/kind; json parse error: ${what}`);
}

function beginning(text: string): string {
  return text.length > 30 ? `${text.slice(0, 30)} ...` : text;
}
