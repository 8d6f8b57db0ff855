import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Guard } from '../access/guard.ts';
import { ApiError } from '../api-error.ts';
import type { FaultAction, FaultSubject, Faults } from '../faults.ts';
import type { ResourceType } from '../resource-type.ts';
import { namedBy } from './field-selector.ts';
import { GeneralEndpoints, isPublic } from './general-endpoints.ts';
import { parseResourcePath, type ResourcePath } from './path.ts';
import { serveResource, verbOf } from './resource-endpoint.ts';
import { type Exchange, sendError, sendText } from './respond.ts';
import { serveReview } from './reviews.ts';
import type { ServerState } from './server-state.ts';
import { methodNotAllowed, noSuchResource, statusOf } from './status.ts';
import { isTrue } from './write-options.ts';

export interface ApiServerOptions {
  readonly state: ServerState;
  readonly guard: Guard;
  readonly faults: Faults;
  /** Key and certificate of the server, and the authority of client certificates; null for plain HTTP. */
  readonly tls: { readonly key: string; readonly cert: string; readonly ca: string } | null;
}

/** The wire of the API server: sockets, credentials, faults, and who answers what. */
export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #general: GeneralEndpoints;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#general = new GeneralEndpoints(options.state.registry);
  }

  /** Listens, and gives the port. @throws if it cannot */
  async start(host: string, port: number): Promise<number> {
    const server = this.#createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    this.#server = server;
    return (server.address() as AddressInfo).port;
  }

  /** Stops listening and destroys every connection. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise((resolve) => server.close(resolve));
    this.cutAll();
    await closed;
  }

  /** Destroys every connection, without a word. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #createServer(): Server {
    const { tls } = this.#options;
    const limits = { maxHeaderSize: 64 * 1024, keepAliveTimeout: 120_000, requestTimeout: 60_000 };
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      this.#handle({ request, response })
        .catch((error) => sendError({ request, response }, error))
        .catch(() => response.destroy());
    };
    const server = tls
      ? createTlsServer({ ...limits, ...tls, requestCert: true, rejectUnauthorized: false }, listener)
      : createServer(limits, listener);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    });
    server.on('clientError', refuseNonsense);
    return server;
  }

  async #handle(exchange: Exchange): Promise<void> {
    const { request } = exchange;
    const target = request.url ?? '/';
    const queryAt = target.indexOf('?');
    const pathname = queryAt === -1 ? target : target.slice(0, queryAt);
    const query = new URLSearchParams(queryAt === -1 ? '' : target.slice(queryAt + 1));
    const { state, guard, faults } = this.#options;

    const path = parseResourcePath(pathname);
    const type = path && state.registry.find(path.group, path.version, path.plural);
    const method = request.method ?? 'GET';
    const subject = subjectOf(method, pathname, path, query);
    const fault = faults.next('request', subject);
    if (fault && (await suffer(fault, exchange))) return;

    const user = isPublic(pathname) ? null : guard.authenticate(request);
    if (user !== null) guard.authorize(user, subject, path !== undefined && path.plural !== '');
    if (path && type && !isOutsideNamespace(method, path, type)) {
      checkScope(path, type);
      const verb = verbOf(method, type, path, query);
      const faultInWatch = (about: FaultSubject) => faults.next('event', about);
      await serveResource({ state, faultInWatch, subject }, { type, path, verb, query }, exchange);
      return;
    }
    if (user && path && (await serveReview(exchange, path, { user, guard }))) return;
    if (method === 'GET' && (await this.#general.serve(exchange, pathname))) return;
    await this.#nothingHere(exchange, path, method);
  }

  /** Groups that the server itself knows answer with a Status, everything else with a text, as in Kubernetes. */
  async #nothingHere(exchange: Exchange, path: ResourcePath | undefined, method: string): Promise<void> {
    const { registry } = this.#options.state;
    if (path && registry.isBuiltinGroup(path.group)) throw noSuchResource();
    if (path === undefined && method !== 'GET' && method !== 'HEAD') throw methodNotAllowed();
    await sendText(exchange, 404, '404 page not found\n', 'text/plain; charset=utf-8');
  }
}

/** Custom kinds have no path for writes and single objects outside a namespace; built-in ones have, and refuse there. */
function isOutsideNamespace(method: string, { namespace, name }: ResourcePath, type: ResourceType): boolean {
  return type.custom && type.namespaced && namespace === '' && (name !== '' || method === 'POST');
}

function checkScope({ namespace }: ResourcePath, type: ResourceType): void {
  if (namespace !== '' && !type.namespaced) throw noSuchResource();
}

function subjectOf(
  method: string,
  pathname: string,
  path: ResourcePath | undefined,
  query: URLSearchParams,
): FaultSubject {
  if (path === undefined || path.plural === '') {
    return { verb: method.toLowerCase(), resource: '', group: '', namespace: '', name: '', path: pathname };
  }
  const { group, namespace, name, plural, subresource } = path;
  const watches = path.watch || isTrue(query.get('watch'));
  const reading = name === '' || path.watch ? (watches ? 'watch' : 'list') : 'get';
  const verbs: Record<string, string> = {
    GET: reading,
    HEAD: reading,
    POST: 'create',
    PUT: 'update',
    PATCH: 'patch',
    DELETE: name === '' ? 'deletecollection' : 'delete',
  };
  return {
    verb: verbs[method] ?? method.toLowerCase(),
    resource: subresource === '' ? plural : `${plural}/${subresource}`,
    group,
    namespace,
    // A collection narrowed down to one name is asked for by that name, as roles with resourceNames need it.
    name: name === '' ? (namedBy(query.get('fieldSelector') ?? '') ?? '') : name,
    path: pathname,
  };
}

/** True if the fault was all that happens. */
async function suffer(fault: FaultAction, exchange: Exchange): Promise<boolean> {
  switch (fault.kind) {
    case 'cut':
      exchange.request.socket.destroy();
      return true;
    case 'stall':
      exchange.request.resume();
      return true;
    case 'slow':
      await sleep(fault.delayMs);
      return exchange.response.destroyed;
    default:
      exchange.request.resume();
      await sendError(exchange, injected(fault.code, fault.retryAfterSeconds));
      return true;
  }
}

function injected(code: number, retryAfterSeconds: number | undefined): ApiError {
  const reasons: Record<number, string> = {
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'NotFound',
    409: 'Conflict',
    410: 'Expired',
    429: 'TooManyRequests',
    500: 'InternalError',
    503: 'ServiceUnavailable',
    504: 'Timeout',
  };
  const details = retryAfterSeconds === undefined ? undefined : { retryAfterSeconds };
  return new ApiError(code, reasons[code] ?? '', 'injected fault', details);
}

/** What is no HTTP, or no method that Node knows, never becomes a request; it gets an answer all the same. */
function refuseNonsense(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const unknownMethod = error.code === 'HPE_INVALID_METHOD';
  const refusal = unknownMethod ? methodNotAllowed() : new ApiError(400, 'BadRequest', 'malformed request');
  const body = JSON.stringify(statusOf(refusal));
  const line = unknownMethod ? '405 Method Not Allowed' : '400 Bad Request';
  const head = `HTTP/1.1 ${line}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nconnection: close\r\n\r\n${body}`);
}
