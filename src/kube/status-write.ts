import { fieldManagersOf } from '../api/field-managers.ts';
import type { Clock } from '../model/clock.ts';
import type { WatchedKind } from '../model/cluster.ts';
import type { ObjectReference } from '../model/object-reference.ts';
import type { WantedStatus } from '../model/object-status.ts';
import { type KubeError, localError } from './kube-error.ts';
import { objectPath } from './resource-path.ts';
import { statusPatch } from './status-patch.ts';
import type { KnownStatus } from './store.ts';
import type { ApiResult, ApiTransport } from './transport.ts';

/** What became of one write. */
export type WriteResult =
  /** It says what is wanted now; `standing` is what the server answered, null where nothing had to be written. */
  | { readonly kind: 'done'; readonly standing: KnownStatus | null }
  /** The object or its status subresource is not there. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly error: KubeError };

export interface WriteContext {
  readonly transport: ApiTransport;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The name under which our fields stand in `metadata.managedFields`. */
  readonly fieldManager: string;
}

/** How often a write is begun anew because someone else wrote in between. */
const maxConflicts = 5;

/**
 * Makes the status of one object say what is wanted, by a server-side apply that holds only for the version it was computed
 * from, so that one who is leader no more cannot undo what the next one wrote; after a conflict the object is read again. `known`
 * is what stands there as far as we know; without it the object is read.
 */
export async function writeStatus(
  context: WriteContext,
  kind: WatchedKind,
  wanted: WantedStatus,
  known: KnownStatus | undefined,
): Promise<WriteResult> {
  const { transport, clock, signal, fieldManager } = context;
  const { namespace, name } = wanted.object;
  let standing = known;
  for (let attempt = 0; attempt < maxConflicts; attempt += 1) {
    if (standing === undefined) {
      const read = await readStatus(context, kind, wanted.object);
      if ('kind' in read) return read;
      standing = read;
    }
    const owned = isOwned(standing, fieldManager);
    const patch = statusPatch(wanted, standing.status, owned, clock.epochMs());
    if (patch === null) return { kind: 'done', standing: attempt === 0 ? null : standing };
    const result = await transport.request({
      method: 'PATCH',
      path: objectPath(kind, namespace, name, 'status'),
      query: { fieldManager, force: 'true' },
      contentType: 'application/apply-patch+yaml',
      body: {
        apiVersion: kind.apiVersion,
        kind: kind.kind,
        metadata: { name, namespace, resourceVersion: standing.resourceVersion },
        ...patch,
      },
      signal,
    });
    if (result.ok) return { kind: 'done', standing: standingOf(result.body) };
    if (result.error.code !== 409) return failure(result);
    standing = undefined;
  }
  return { kind: 'failed', error: localError('InvalidResponse', 'others keep writing to the object') };
}

async function readStatus(
  { transport, signal }: WriteContext,
  kind: WatchedKind,
  { namespace, name }: ObjectReference,
): Promise<KnownStatus | WriteResult> {
  const path = objectPath(kind, namespace, name);
  const result = await transport.request({ method: 'GET', path, signal });
  if (!result.ok) return failure(result);
  const standing = standingOf(result.body);
  return standing ?? { kind: 'failed', error: localError('InvalidResponse', `${path} gave no object`) };
}

function failure({ error }: ApiResult & { readonly ok: false }): WriteResult {
  return error.code === 404 ? { kind: 'gone' } : { kind: 'failed', error };
}

function standingOf(body: unknown): KnownStatus | null {
  if (typeof body !== 'object' || body === null) return null;
  const { metadata, status = null } = body as { readonly metadata?: unknown; readonly status?: unknown };
  if (typeof metadata !== 'object' || metadata === null) return null;
  const { resourceVersion } = metadata as { readonly resourceVersion?: unknown };
  if (typeof resourceVersion !== 'string') return null;
  return { status, resourceVersion, managers: fieldManagersOf(metadata) };
}

/** True where the manager has applied fields of the status. */
export function isOwned({ managers }: Pick<KnownStatus, 'managers'>, fieldManager: string): boolean {
  return managers.split(' ').includes(fieldManager);
}
