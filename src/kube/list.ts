import type { WatchedKind } from '../model/cluster.ts';
import { isExpired, type KubeError, localError } from './kube-error.ts';
import { collectionPath } from './resource-path.ts';
import type { ApiTransport } from './transport.ts';

/** What one reflector looks at. */
export interface Scope {
  readonly kind: WatchedKind;
  /** Empty means all. */
  readonly namespace: string;
  /** Label selector; null means all. */
  readonly selector: string | null;
}

export type ListResult =
  | { readonly ok: true; readonly resourceVersion: string }
  | { readonly ok: false; readonly error: KubeError };

/** Objects per page, as kubectl asks for. */
export const pageLimit = 500;
/** A list may take long on a busy server, but not for ever. */
const pageTimeoutMs = 60_000;

interface Page {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  /** Empty on the last page. */
  readonly next: string;
}

/**
 * Lists a scope page by page, handing over each object as sent. Where pages turn out too large it asks for smaller ones,
 * and where the server has forgotten a list between two pages it asks once more for all at once (Kubernetes API concepts,
 * "Retrieving large results sets in chunks"); `restart` is called before either.
 */
export async function listAll(
  transport: ApiTransport,
  scope: Scope,
  signal: AbortSignal,
  into: { add(raw: unknown): void; restart(): void },
): Promise<ListResult> {
  let limit = pageLimit;
  let next = '';
  for (;;) {
    const page = await listPage(transport, scope, { limit, next }, signal);
    if ('code' in page) {
      const smaller = smallerLimit(page, limit, next !== '');
      if (smaller === null) return { ok: false, error: page };
      limit = smaller;
      next = '';
      into.restart();
      continue;
    }
    for (const item of page.items) into.add(item);
    next = page.next;
    if (next === '') return { ok: true, resourceVersion: page.resourceVersion };
  }
}

/** The limit to start again with, 0 for none; null where starting again would not help. */
function smallerLimit(error: KubeError, limit: number, continued: boolean): number | null {
  if (error.reason === 'TooLarge' && limit > 5) return Math.ceil(limit / 10);
  return continued && limit > 0 && isExpired(error) ? 0 : null;
}

async function listPage(
  transport: ApiTransport,
  { kind, namespace, selector }: Scope,
  { limit, next }: { readonly limit: number; readonly next: string },
  signal: AbortSignal,
): Promise<Page | KubeError> {
  const query = {
    ...(limit === 0 ? {} : { limit: String(limit) }),
    ...(next === '' ? {} : { continue: next }),
    ...(selector === null ? {} : { labelSelector: selector }),
  };
  const path = collectionPath(kind, namespace);
  const result = await transport.request({ method: 'GET', path, query, timeoutMs: pageTimeoutMs, signal });
  if (!result.ok) return result.error;
  return (
    decodePage(result.body) ?? localError('InvalidResponse', `${path} gave something that is not a list`)
  );
}

/** Strict, because a false "there is nothing" would take every route away. Null stands for an empty list of items. */
function decodePage(body: unknown): Page | null {
  if (!isFields(body) || typeof body.kind !== 'string' || !body.kind.endsWith('List')) return null;
  const { items, metadata } = body;
  if (!isFields(metadata) || typeof metadata.resourceVersion !== 'string') return null;
  if (metadata.resourceVersion === '' || (items !== null && !Array.isArray(items))) return null;
  const next = typeof metadata.continue === 'string' ? metadata.continue : '';
  return { items: items ?? [], resourceVersion: metadata.resourceVersion, next };
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
