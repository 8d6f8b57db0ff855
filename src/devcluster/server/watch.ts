import type { ServerResponse } from 'node:http';
import { ApiError } from '../api-error.ts';
import type { FaultAction } from '../faults.ts';
import type { ApiObject, Json, JsonObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import type { StoredEvent } from '../storage/history.ts';
import type { ListOptions } from './list-options.ts';
import { bookmark, type Presentation, presentObject } from './present.ts';
import { inScope } from './read.ts';
import { type ServerState, served, storageOf } from './server-state.ts';
import { statusOf, tooOld } from './status.ts';

/** A watch as it was asked for. */
export interface WatchRequest {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly options: ListOptions;
  readonly presentation: Omit<Presentation, 'now'>;
  /** Called before every event; what it gives goes wrong. */
  readonly fault: () => FaultAction | undefined;
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: ApiObject;
}

const bookmarkEveryMs = 60_000;
const longestWatchMs = 45 * 60_000;
const chunkLength = 64 * 1024;
/** A client that takes nothing for that long is given up. */
const patienceMs = 30_000;

/**
 * One watch, from the first line to the last. It never buffers more than one chunk beyond what the socket takes: a client that is
 * slow reads from the history at its own pace, and is dropped when the history has left it behind.
 */
export class WatchStream {
  readonly #state: ServerState;
  readonly #request: WatchRequest;
  readonly #response: ServerResponse;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #unsubscribe: () => void;
  #initial: readonly ApiObject[] = [];
  #initialIndex = 0;
  #owesInitialBookmark = false;
  #cursor = 0;
  #blocked = false;
  #ended = false;
  #tables = 0;

  /** Answers with 200 and begins. The response must not have been begun. */
  constructor(state: ServerState, request: WatchRequest, response: ServerResponse) {
    this.#state = state;
    this.#request = request;
    this.#response = response;
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    response.flushHeaders();
    this.#unsubscribe = state.store.subscribe(storageOf(request.type), () => this.#pump());
    response.on('close', () => this.#release());
    response.on('error', () => this.#release());
    this.#begin();
  }

  #begin(): void {
    const { store } = this.#state;
    const { type, options } = this.#request;
    const { resourceVersion, sendInitialEvents } = options;
    const fromNothing = resourceVersion === '' || resourceVersion === '0';
    this.#cursor = fromNothing || sendInitialEvents ? store.revision : Number(resourceVersion);
    if (sendInitialEvents ?? fromNothing) {
      this.#initial = store.list(storageOf(type));
      // Kubernetes marks the end for watches from no resourceVersion as well, asked or not.
      this.#owesInitialBookmark =
        options.allowWatchBookmarks && (sendInitialEvents === true || resourceVersion === '');
    }
    this.#after((options.timeoutSeconds ?? longestWatchMs / 1000) * 1000, () => this.#finish());
    if (options.allowWatchBookmarks) this.#bookmarkRegularly();
    if (this.#cursor < store.history(storageOf(type)).knownSince) {
      this.#endWith(tooOld(resourceVersion, store.revision));
      return;
    }
    if (this.#cursor > store.revision) {
      this.#endWith(fromElsewhere(resourceVersion, store.revision));
      return;
    }
    this.#pump();
  }

  #bookmarkRegularly(): void {
    this.#after(bookmarkEveryMs, () => {
      if (!this.#blocked && this.#isUpToDate()) this.#write([this.#bookmark(false)]);
      this.#bookmarkRegularly();
    });
  }

  /** What goes wrong here ends this watch, and never the write that it heard of. */
  #pump(): void {
    try {
      this.#tell();
    } catch {
      this.#response.destroy();
      this.#release();
    }
  }

  /** Writes whatever there is to tell, as far as the client takes it. */
  #tell(): void {
    let lines: string[] = [];
    let length = 0;
    while (!this.#ended && !this.#blocked) {
      const event = this.#next();
      if (event === undefined) break;
      const fault = this.#request.fault();
      if (fault && !this.#suffer(fault, event, lines)) return;
      if (fault) {
        lines = [];
        length = 0;
        continue;
      }
      const line = this.#line(event);
      lines.push(line);
      length += line.length;
      if (length < chunkLength) continue;
      this.#write(lines);
      lines = [];
      length = 0;
    }
    if (!this.#ended && lines.length > 0) this.#write(lines);
  }

  #next(): WatchEvent | undefined {
    while (this.#initialIndex < this.#initial.length) {
      const object = this.#initial[this.#initialIndex++];
      if (object && this.#matches(object)) return { type: 'ADDED', object: this.#served(object) };
    }
    this.#initial = [];
    this.#initialIndex = 0;
    if (this.#owesInitialBookmark) {
      this.#owesInitialBookmark = false;
      const { type } = this.#request;
      return { type: 'BOOKMARK', object: bookmark(type, this.#cursor, true) };
    }
    const { store, registry } = this.#state;
    const { group, version, plural } = this.#request.type;
    const history = store.history(storageOf(this.#request.type));
    for (;;) {
      if (history.hasForgottenAfter(this.#cursor)) {
        this.#response.destroy();
        return undefined;
      }
      const event = history.next(this.#cursor);
      if (event === undefined) break;
      this.#cursor = event.revision;
      const told = this.#translate(event);
      if (told) return told;
    }
    if (registry.find(group, version, plural) === undefined) this.#finish();
    return undefined;
  }

  /** What a change means for this watch: an object that begins to match is added, one that ceases to is deleted. */
  #translate({ type, object, previous, revision }: StoredEvent): WatchEvent | undefined {
    const before = previous !== null && this.#matches(previous);
    if (type === 'DELETED') return before ? { type, object: this.#served(object) } : undefined;
    if (this.#matches(object)) return { type: before ? 'MODIFIED' : 'ADDED', object: this.#served(object) };
    if (!before) return undefined;
    const { metadata } = previous;
    const last = { ...previous, metadata: { ...metadata, resourceVersion: String(revision) } };
    return { type: 'DELETED', object: this.#served(last) };
  }

  #matches(stored: ApiObject): boolean {
    const { namespace, options } = this.#request;
    return inScope(stored, namespace) && options.matches(this.#served(stored));
  }

  #served(stored: ApiObject): ApiObject {
    return served(this.#request.type, stored);
  }

  #isUpToDate(): boolean {
    const history = this.#state.store.history(storageOf(this.#request.type));
    return !history.hasForgottenAfter(this.#cursor) && history.next(this.#cursor) === undefined;
  }

  /** True if the watch goes on after the fault. */
  #suffer(fault: FaultAction, event: WatchEvent, lines: readonly string[]): boolean {
    if (lines.length > 0) this.#write(lines);
    const line = this.#line(event);
    if (fault.kind === 'slow') {
      this.#blocked = true;
      this.#after(fault.delayMs, () => {
        this.#blocked = false;
        this.#write([line]);
        this.#pump();
      });
      return true;
    }
    if (fault.kind === 'answer') {
      this.#endWith(new ApiError(fault.code, fault.code === 410 ? 'Expired' : 'InternalError', 'injected'));
    } else if (fault.kind === 'stall') {
      this.#release();
    } else if (fault.midLine) {
      this.#response.write(line.slice(0, line.length / 2), () => this.#response.destroy());
      this.#release();
    } else {
      this.#response.destroy();
      this.#release();
    }
    return false;
  }

  #line({ type, object }: WatchEvent): string {
    return `${JSON.stringify({ type, object: this.#presented(object) })}\n`;
  }

  #presented(object: ApiObject): JsonObject {
    const presentation = { ...this.#request.presentation, now: this.#state.now() };
    const presented = presentObject(presentation, object);
    if (presentation.as.as !== 'Table') return presented;
    if (object.metadata.name === undefined) nameless(presented);
    this.#tables += 1;
    // The columns are told once.
    return this.#tables === 1 ? presented : { ...presented, columnDefinitions: null };
  }

  #bookmark(initialEventsEnd: boolean): string {
    const revision = this.#state.store.revision;
    return this.#line({
      type: 'BOOKMARK',
      object: bookmark(this.#request.type, revision, initialEventsEnd),
    });
  }

  #write(lines: readonly string[]): void {
    if (this.#ended || this.#response.write(lines.join(''))) return;
    this.#blocked = true;
    const giveUp = this.#after(patienceMs, () => this.#response.destroy());
    this.#response.once('drain', () => {
      clearTimeout(giveUp);
      this.#timers.delete(giveUp);
      this.#blocked = false;
      this.#pump();
    });
  }

  #endWith(error: ApiError): void {
    const line = `${JSON.stringify({ type: 'ERROR', object: statusOf(error) })}\n`;
    this.#response.write(line);
    this.#release();
    this.#response.end();
  }

  /** The regular end: where bookmarks are wanted, one tells how far the watch has come. */
  #finish(): void {
    if (this.#ended) return;
    const tellsWhere = this.#request.options.allowWatchBookmarks && !this.#blocked && this.#isUpToDate();
    if (tellsWhere) this.#response.write(this.#bookmark(false));
    this.#release();
    this.#response.end();
  }

  #release(): void {
    this.#ended = true;
    this.#unsubscribe();
    this.#clearTimers();
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #after(ms: number, action: () => void): NodeJS.Timeout {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        action();
      },
      Math.min(ms, longestWatchMs),
    );
    this.#timers.add(timer);
    return timer;
  }
}

/** A resourceVersion that was never given: from an earlier life of the server. Waiting for it would hide what happens till then. */
function fromElsewhere(asked: string, revision: number): ApiError {
  return new ApiError(410, 'Expired', `too large resource version: ${asked}, current: ${revision}`);
}

/** A bookmark has no name; its row in a Table has an empty one. */
function nameless(table: JsonObject): void {
  const [row] = table.rows as { cells: Json[] }[];
  if (row) row.cells = row.cells.map((cell) => cell ?? '');
}
