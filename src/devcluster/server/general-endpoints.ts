import type { JsonObject } from '../json.ts';
import { openApiDocument, openApiIndex } from '../openapi/document.ts';
import { aggregated, coreVersions, groupDocument, groupList, resourceList } from './discovery.ts';
import { negotiate, plainJson, type Representation } from './negotiate.ts';
import type { Registry } from './registry.ts';
import { type Exchange, sendObject, sendText } from './respond.ts';
import { noSuchResource } from './status.ts';

/** The version that is claimed: behaviour follows that of a kube-apiserver of this version. */
const version: JsonObject = Object.freeze({
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.2-fairlead',
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'embedded',
});

/** Whether a path needs no credentials: health and version, as in Kubernetes. */
export function isPublic(pathname: string): boolean {
  return (
    ['/healthz', '/livez', '/readyz', '/version'].includes(pathname) || /^\/(live|ready)z\//.test(pathname)
  );
}

/** Everything that is about no resource: health, version, discovery, OpenAPI. */
export class GeneralEndpoints {
  readonly #registry: Registry;
  // Documents are worth keeping: they take a while, and change only with the kinds that are served.
  readonly #documents = new WeakMap<object, Map<string, string>>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Answers a GET. False if there is nothing at this path. */
  async serve(exchange: Exchange, pathname: string): Promise<boolean> {
    const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname;
    if (isPublic(path) && path !== '/version') {
      await sendText(exchange, 200, 'ok', 'text/plain; charset=utf-8');
      return true;
    }
    if (path === '/version') return this.#send(exchange, version);
    if (path === '/') return this.#send(exchange, { paths: this.#rootPaths() });
    if (path.startsWith('/openapi/')) return this.#openApi(exchange, path);
    return this.#discovery(exchange, path);
  }

  async #discovery(exchange: Exchange, path: string): Promise<boolean> {
    const registry = this.#registry;
    const offer = { custom: true, watch: false, discovery: true };
    if (path === '/api' || path === '/apis') {
      const as = negotiate(exchange.request.headers.accept, offer);
      const core = path === '/api';
      if (as.as !== '') return this.#send(exchange, aggregated(registry, core), as);
      const address = exchange.request.headers.host ?? '';
      return this.#send(exchange, core ? coreVersions(address) : groupList(registry), as);
    }
    const [root, group = '', groupVersion = '', ...rest] = path.slice(1).split('/');
    if (root === 'api' && groupVersion === '') {
      const document = resourceList(registry, '', group);
      if (document === undefined) throw noSuchResource();
      return this.#send(exchange, document);
    }
    if (root !== 'apis' || rest.length > 0) return false;
    const document =
      groupVersion === '' ? groupDocument(registry, group) : resourceList(registry, group, groupVersion);
    if (document !== undefined) return this.#send(exchange, document);
    if (registry.isBuiltinGroup(group)) throw noSuchResource();
    return false;
  }

  async #openApi(exchange: Exchange, path: string): Promise<boolean> {
    if (path === '/openapi/v3') {
      const index = this.#remembered('', () => openApiIndex(this.#registry.all));
      await sendText(exchange, 200, index, 'text/plain; charset=utf-8');
      return true;
    }
    const match = /^\/openapi\/v3\/(?:api|apis\/([^/]+))\/([^/]+)$/.exec(path);
    const [, group = '', groupVersion = ''] = match ?? [];
    const isServed = this.#registry.all.some((type) => type.group === group && type.version === groupVersion);
    if (match && isServed) {
      const document = this.#remembered(`${group}/${groupVersion}`, () =>
        openApiDocument(this.#registry.all, group, groupVersion),
      );
      await sendText(exchange, 200, document, 'application/json');
      return true;
    }
    // The second version is gone from here: kubectl knows what to do without.
    if (path.startsWith('/openapi/v2')) return false;
    await sendText(exchange, 404, '', null);
    return true;
  }

  #remembered(key: string, make: () => JsonObject): string {
    const types = this.#registry.all;
    const documents = this.#documents.get(types) ?? new Map<string, string>();
    this.#documents.set(types, documents);
    const document = documents.get(key) ?? JSON.stringify(make());
    documents.set(key, document);
    return document;
  }

  async #send(exchange: Exchange, body: JsonObject, as: Representation = plainJson): Promise<boolean> {
    await sendObject(exchange, 200, body, as);
    return true;
  }

  #rootPaths(): string[] {
    const versions = this.#registry.all.map(({ group, version }) =>
      group === '' ? `/api/${version}` : `/apis/${group}/${version}`,
    );
    return [
      ...new Set(['/api', '/apis', ...versions, '/healthz', '/livez', '/openapi/v3', '/readyz', '/version']),
    ].sort();
  }
}
