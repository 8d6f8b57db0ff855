import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import type { DevCluster } from '../../../../src/devcluster/dev-cluster.ts';
import type { JsonObject } from '../../../../src/devcluster/json.ts';

/** What answers are made of, as far as tests look: objects, lists and Statuses in one. */
export interface Reply {
  readonly kind: string;
  readonly apiVersion: string;
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details: { readonly kind: string; readonly name: string; readonly causes: readonly JsonObject[] };
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion: string;
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly deletionTimestamp?: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly Reply[];
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The text parsed; an empty object if it is no JSON. */
  readonly body: Reply;
}

export interface WatchLine {
  readonly type: string;
  readonly object: Reply;
}

/** A plain HTTP client of one embedded API server. Close it at the end. */
export class TestClient {
  readonly #cluster: DevCluster;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #token: string;

  constructor(cluster: DevCluster, token = cluster.token) {
    this.#cluster = cluster;
    this.#token = token;
  }

  get = (path: string, headers?: Record<string, string>) => this.ask('GET', path, undefined, headers);
  post = (path: string, body: unknown, headers?: Record<string, string>) =>
    this.ask('POST', path, body, headers);
  put = (path: string, body: unknown) => this.ask('PUT', path, body);
  delete = (path: string, body?: unknown) => this.ask('DELETE', path, body);
  merge = (path: string, body: unknown) =>
    this.ask('PATCH', path, body, { 'content-type': 'application/merge-patch+json' });

  async ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    const response = await this.#send(method, path, body, headers);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    return { status: response.statusCode ?? 0, headers: response.headers, text, body: parsed(text) as Reply };
  }

  /** Begins a watch; `path` has everything but `watch=true`. */
  async watch(path: string, headers?: Record<string, string>): Promise<TestWatch> {
    const url = `${path}${path.includes('?') ? '&' : '?'}watch=true`;
    return new TestWatch(await this.#send('GET', url, undefined, headers));
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<IncomingMessage> {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const outgoing = request(`${this.#cluster.url}${path}`, {
      method,
      agent: this.#agent,
      headers: {
        ...(this.#token && { authorization: `Bearer ${this.#token}` }),
        accept: 'application/json',
        ...(text !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        }),
        ...headers,
      },
    });
    outgoing.end(text);
    const [response] = await once(outgoing, 'response');
    return response;
  }
}

/** A watch as a client sees it, line by line. */
export class TestWatch {
  readonly response: IncomingMessage;
  readonly #lines: AsyncIterator<string>;

  constructor(response: IncomingMessage) {
    this.response = response;
    this.#lines = createInterface({ input: response })[Symbol.asyncIterator]();
  }

  /** The next event, or undefined at the end, however it comes. */
  async next(): Promise<WatchLine | undefined> {
    const { value, done } = await this.#lines.next().catch(() => ({ value: undefined, done: true }));
    if (done || value === undefined) return undefined;
    const event = parsed(value) as Partial<WatchLine>;
    return event.object ? (event as WatchLine) : { type: 'BROKEN', object: parsed('{}') as Reply };
  }

  /** The next events, each as `TYPE name`. */
  async take(count: number): Promise<string[]> {
    const events: string[] = [];
    while (events.length < count) {
      const event = await this.next();
      events.push(
        event === undefined ? 'the end' : `${event.type} ${event.object.metadata?.name ?? ''}`.trim(),
      );
      if (event === undefined) break;
    }
    return events;
  }

  close(): void {
    this.response.destroy();
  }
}

export const configMaps = '/api/v1/namespaces/default/configmaps';

export function configMap(
  name: string,
  data: Record<string, string> = {},
  metadata: JsonObject = {},
): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
