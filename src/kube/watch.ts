import type { Clock } from '../model/clock.ts';
import { decodeStatus, type KubeError, localError } from './kube-error.ts';
import { LineSplitter } from './line-splitter.ts';
import type { Scope } from './list.ts';
import { collectionPath } from './resource-path.ts';
import type { ApiTransport } from './transport.ts';

/** One line of a watch that means something to us. */
export type WatchEvent =
  /** ADDED or MODIFIED. */
  | { readonly kind: 'set'; readonly object: unknown; readonly resourceVersion: string }
  | { readonly kind: 'remove'; readonly object: unknown; readonly resourceVersion: string }
  /** `initialEnd`: all that was there when the watch began has been sent (KEP-3157, watch-list). */
  | { readonly kind: 'bookmark'; readonly resourceVersion: string; readonly initialEnd: boolean };

export interface WatchOptions {
  readonly transport: ApiTransport;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Called with what one chunk of bytes held, in order; also with nothing where a chunk held no event. */
  readonly onEvents: (events: readonly WatchEvent[]) => void;
  /** Called with the type of an event that we do not know. */
  readonly onUnknownType: (type: string) => void;
}

/** Far above what etcd takes (1.5 MiB). */
const maxLineBytes = 8 * 1024 * 1024;
/** How long the server is asked to keep a watch open, in seconds: from this to twice this. */
const shortestWatchSeconds = 300;
/** What a server may be late in closing it before we take it for dead. */
const graceMs = 30_000;

/**
 * Watches a scope from a version, or from nothing with all there is sent first. Settles when the watch has ended: null
 * after a clean end, else why. An ERROR event and a line that makes no sense end it.
 */
export async function watch(
  options: WatchOptions,
  scope: Scope,
  resourceVersion: string | null,
): Promise<KubeError | null> {
  const { transport, clock, random, signal } = options;
  const timeoutSeconds = Math.round(shortestWatchSeconds * (1 + random()));
  const ending = new AbortController();
  let failure: KubeError | null = null;
  const fail = (error: KubeError): void => {
    failure ??= error;
    ending.abort();
  };
  const cancel = clock.after(timeoutSeconds * 1000 + graceMs, () =>
    fail(localError('Silent', 'the server did not end the watch in time')),
  );
  const lines = new LineSplitter(maxLineBytes);
  const query = watchQuery(scope, resourceVersion, timeoutSeconds);
  const path = collectionPath(scope.kind, scope.namespace);
  const end = await transport.stream(
    { method: 'GET', path, query, signal: AbortSignal.any([signal, ending.signal]) },
    (chunk) => {
      if (failure !== null) return;
      const read = readChunk(lines.push(chunk), options.onUnknownType);
      options.onEvents(read.events);
      if (read.error !== null) fail(read.error);
    },
  );
  cancel();
  return failure ?? end;
}

function watchQuery({ selector }: Scope, resourceVersion: string | null, timeoutSeconds: number) {
  return {
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(timeoutSeconds),
    ...(selector === null ? {} : { labelSelector: selector }),
    ...(resourceVersion === null
      ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }
      : { resourceVersion }),
  };
}

interface ChunkRead {
  /** Those before the error, if there is one. */
  readonly events: readonly WatchEvent[];
  readonly error: KubeError | null;
}

function readChunk(lines: readonly string[] | null, onUnknownType: (type: string) => void): ChunkRead {
  const events: WatchEvent[] = [];
  if (lines === null) {
    return { events, error: localError('LineTooLong', `a line is longer than ${maxLineBytes} bytes`) };
  }
  for (const line of lines) {
    const read = readLine(line);
    if (read.kind === 'error') return { events, error: read.error };
    if (read.kind === 'unknown') onUnknownType(read.type);
    else events.push(read);
  }
  return { events, error: null };
}

type LineRead =
  | WatchEvent
  | { readonly kind: 'error'; readonly error: KubeError }
  | { readonly kind: 'unknown'; readonly type: string };

function readLine(line: string): LineRead {
  const { type, object } = fieldsOf(parse(line));
  if (typeof type !== 'string') return nonsense(line);
  if (type === 'ERROR') return { kind: 'error', error: decodeStatus(object, 500) };
  const metadata = fieldsOf(fieldsOf(object).metadata);
  const { resourceVersion } = metadata;
  const kind = eventKinds.get(type);
  if (kind === undefined) return { kind: 'unknown', type: type.slice(0, 40) };
  if (typeof resourceVersion !== 'string' || resourceVersion === '') return nonsense(line);
  if (kind !== 'bookmark') return { kind, object, resourceVersion };
  const initialEnd = fieldsOf(metadata.annotations)[initialEventsEnd] === 'true';
  return { kind, resourceVersion, initialEnd };
}

const eventKinds: ReadonlyMap<string, WatchEvent['kind']> = new Map([
  ['ADDED', 'set'],
  ['MODIFIED', 'set'],
  ['DELETED', 'remove'],
  ['BOOKMARK', 'bookmark'],
]);

const initialEventsEnd = 'k8s.io/initial-events-end';

function nonsense(line: string): LineRead {
  return {
    kind: 'error',
    error: localError('InvalidResponse', `a line is no event: ${line.slice(0, 100)}`),
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
