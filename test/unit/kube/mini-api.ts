import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Credentials } from '../../../src/kube/credentials.ts';

export interface Raw {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    resourceVersion?: string;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly socket: Socket;
}

interface Watcher {
  readonly path: string;
  readonly response: ServerResponse;
}

/** Answers a request in place of the server, and gives true, or leaves it to it. */
export type Script = (asked: Asked, response: ServerResponse) => boolean;

/**
 * A few bytes of an API server: collections by path, pages, watches with history, watch-list, and a script that may answer
 * anything instead. For control over every byte; not a model of Kubernetes.
 */
export class MiniApi {
  readonly asked: Asked[] = [];
  script: Script = () => false;
  /** False refuses sendInitialEvents, as servers without that feature do. */
  watchList = true;
  readonly #server: Server;
  readonly #collections = new Map<string, Map<string, Raw>>();
  readonly #history: { readonly path: string; readonly version: number; readonly line: string }[] = [];
  readonly #watchers = new Set<Watcher>();
  readonly #sockets = new Set<Socket>();
  #version = 100;

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<MiniApi> {
    const api = new MiniApi();
    await new Promise<void>((resolve) => api.#server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  get credentials(): Credentials {
    const material = { authorization: null, tls: { verify: true } };
    return { server: this.url, namespace: null, material: async () => material };
  }

  /** Open watches. */
  get watches(): number {
    return this.#watchers.size;
  }

  /** The requests for one path that are watches, or are not. */
  countOf(path: string, watch: boolean): number {
    return this.asked.filter((each) => each.path === path && each.query.has('watch') === watch).length;
  }

  put(path: string, object: Raw): void {
    const objects = this.#objects(path);
    const key = keyOf(object);
    const type = objects.has(key) ? 'MODIFIED' : 'ADDED';
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    const stored = { ...object, metadata };
    objects.set(key, stored);
    this.#tell(path, type, stored);
  }

  remove(path: string, key: string): void {
    const objects = this.#objects(path);
    const object = objects.get(key);
    if (object === undefined) return;
    objects.delete(key);
    this.#version += 1;
    this.#tell(path, 'DELETED', {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(this.#version) },
    });
  }

  /** Changes without telling any watcher: what a gap in the history looks like. */
  silently(change: () => void): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    const length = this.#history.length;
    change();
    this.#history.length = length;
    for (const watcher of watchers) this.#watchers.add(watcher);
  }

  get(path: string, key: string): Raw | undefined {
    return this.#objects(path).get(key);
  }

  all(path: string): readonly Raw[] {
    return [...this.#objects(path)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  /** Writes raw bytes to every open watch of a path. */
  write(path: string, bytes: string | Buffer): void {
    for (const watcher of this.#watchers) if (watcher.path === path) watcher.response.write(bytes);
  }

  /** Ends every watch properly. */
  endWatches(): void {
    for (const { response } of this.#watchers) response.end();
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #objects(path: string): Map<string, Raw> {
    const objects = this.#collections.get(path) ?? new Map<string, Raw>();
    this.#collections.set(path, objects);
    return objects;
  }

  #tell(path: string, type: string, object: Raw): void {
    const line = `${JSON.stringify({ type, object })}\n`;
    this.#history.push({ path, version: this.#version, line });
    this.write(path, line);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://api');
    const { method = '', headers, socket } = request;
    const asked = { method, path: url.pathname, query: url.searchParams, headers, socket };
    this.asked.push(asked);
    if (this.script(asked, response)) return;
    if (asked.query.has('watch')) this.#watch(asked, response);
    else this.#list(asked, response);
  }

  #watch({ path, query }: Asked, response: ServerResponse): void {
    const initial = query.get('sendInitialEvents') === 'true';
    if (initial && !this.watchList) {
      status(response, 422, 'Invalid', 'sendInitialEvents is forbidden');
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (initial) {
      for (const object of this.all(path)) response.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
      response.write(bookmark(this.#version, true));
    } else {
      const since = Number(query.get('resourceVersion'));
      for (const each of this.#history) {
        if (each.path === path && each.version > since) response.write(each.line);
      }
    }
    const watcher = { path, response };
    this.#watchers.add(watcher);
    response.on('close', () => this.#watchers.delete(watcher));
  }

  #list({ path, query }: Asked, response: ServerResponse): void {
    const limit = Number(query.get('limit') ?? 0) || Number.POSITIVE_INFINITY;
    const from = Number(query.get('continue') ?? 0);
    const all = this.all(path);
    const next = from + limit < all.length ? { continue: String(from + limit) } : {};
    const items = all.slice(from, from + limit);
    const metadata = { resourceVersion: String(this.#version), ...next };
    json(response, 200, { kind: 'ThingList', apiVersion: 'v1', metadata, items });
  }
}

export function bookmark(version: number, initialEnd = false): string {
  const annotations = initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
  const metadata = { resourceVersion: String(version), ...annotations };
  return `${JSON.stringify({ type: 'BOOKMARK', object: { metadata } })}\n`;
}

export function json(response: ServerResponse, code: number, body: unknown): true {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
  return true;
}

/** The line of an ERROR event. */
export function errorLine(code: number, reason: string): string {
  return `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code, reason, message: reason } })}\n`;
}

/** Answers with a Status. */
export function status(response: ServerResponse, code: number, reason: string, message = reason): void {
  json(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message });
}

function keyOf({ metadata: { namespace = '', name } }: Raw): string {
  return `${namespace}/${name}`;
}
