import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../model/log.ts';
import type { ListenAddress } from '../model/settings.ts';

/** What an endpoint answers with. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Answers one path; it is handed the query and must not throw for anything a client can send. */
export type Endpoint = (query: URLSearchParams) => Answer | Promise<Answer>;

export interface SideServer {
  /** As really bound. */
  readonly address: ListenAddress;
  close(): Promise<void>;
}

export interface SideServerOptions {
  /** What it is called in log lines and error messages. */
  readonly name: string;
  readonly listen: ListenAddress;
  /** By exact path: no prefix, no decoding, nothing else is served. */
  readonly endpoints: Readonly<Record<string, Endpoint>>;
  /** Refuses a Host header that is not a loopback name, so that no web page can reach us through a name it controls. */
  readonly loopbackHostsOnly: boolean;
  readonly log: Log;
}

/**
 * Starts a small read-only HTTP server: GET and HEAD on exact paths, tight limits on heads, time and connections.
 * Rejects with one sentence where the address cannot be used.
 */
export function startSideServer(options: SideServerOptions): Promise<SideServer> {
  const { name, listen, log } = options;
  const server = createServer(
    { maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 10_000, keepAliveTimeout: 30_000 },
    (request, response) => {
      request.resume();
      answer(options, request, response).catch((error: unknown) => {
        log.error({ server: name, path: request.url, error: String(error) }, 'an answer failed');
        send(request, response, text(500, 'internal error\n'));
      });
    },
  );
  server.maxConnections = 256;
  const { promise, resolve, reject } = Promise.withResolvers<SideServer>();
  server.once('error', (error: NodeJS.ErrnoException) => {
    reject(new Error(`--${name} ${listen.host}:${listen.port} cannot be opened: ${reasonOf(error)}`));
  });
  server.listen({ host: listen.host === '' ? undefined : listen.host, port: listen.port }, () => {
    const { address, port } = server.address() as AddressInfo;
    resolve({
      address: { host: address, port },
      close: () =>
        new Promise((closed) => {
          server.close(() => closed());
          server.closeAllConnections();
        }),
    });
  });
  return promise;
}

/** A body of text. */
export function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body };
}

/** A body of JSON, indented for people. */
export function json(status: number, value: unknown): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(value, null, 2)}\n` };
}

async function answer(
  options: SideServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = request.url ?? '';
  const end = target.indexOf('?');
  const path = end < 0 ? target : target.slice(0, end);
  const endpoint = Object.hasOwn(options.endpoints, path) ? options.endpoints[path] : undefined;
  if (options.loopbackHostsOnly && !isLoopbackName(request.headers.host ?? '')) {
    send(request, response, text(421, 'this address answers to loopback names only\n'));
  } else if (endpoint === undefined) {
    const paths = Object.keys(options.endpoints).toSorted();
    send(request, response, text(404, `there is: ${paths.join(' ')}\n`));
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    send(request, response, text(405, 'GET and HEAD only\n'));
  } else {
    send(request, response, await endpoint(new URLSearchParams(end < 0 ? '' : target.slice(end + 1))));
  }
}

function send(request: IncomingMessage, response: ServerResponse, { status, type, body }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function isLoopbackName(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host);
}

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'EADDRINUSE') return 'another process uses the address';
  if (error.code === 'EACCES') return 'no permission (a port below 1024?)';
  return error.message;
}
