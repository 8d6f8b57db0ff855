import type { IncomingMessage } from 'node:http';
import type { Clock } from '../model/clock.ts';
import { systemClock } from '../model/clock.ts';
import type { Credentials, Material } from './credentials.ts';
import { reasonOf } from './credentials.ts';
import { Exchange, type ExchangeHead } from './exchange.ts';
import { decodeStatus, type KubeError, localError } from './kube-error.ts';
import { SocketPool } from './socket-pool.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/api/v1/services`: see `resource-path.ts`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default: `application/json`. */
  readonly contentType?: string;
  /** Longest time to the end of the answer, or for a stream to its head; default 30 s. */
  readonly timeoutMs?: number;
  /** Longest answer, in bytes; default 256 MiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** `body` is the decoded JSON; its shape is for the caller to check. */
export type ApiResult =
  | { readonly ok: true; readonly code: number; readonly body: unknown }
  | { readonly ok: false; readonly error: KubeError };

/** The wire to one API server. Nothing here rejects: failures are values. */
export interface ApiTransport {
  request(request: ApiRequest): Promise<ApiResult>;
  /**
   * Opens a stream on a socket of its own and hands over its bytes as they come. Settles when it has ended: null after a
   * clean end, else why.
   */
  stream(request: ApiRequest, onChunk: (chunk: Buffer) => void): Promise<KubeError | null>;
  /** Closes idle connections; requests in flight come to their end. */
  close(): void;
}

export interface TransportOptions {
  readonly credentials: Credentials;
  /** `fairlead/VERSION`. */
  readonly userAgent: string;
  readonly clock?: Clock;
}

const defaultTimeoutMs = 30_000;
const defaultMaxBytes = 256 * 1024 * 1024;
/** A Status is small; what is longer is some middlebox's page. */
const maxErrorBytes = 1024 * 1024;

/** Opens nothing yet: connections are made when they are needed, and kept for the next request. */
export function createTransport({
  credentials,
  userAgent,
  clock = systemClock,
}: TransportOptions): ApiTransport {
  const pool = new SocketPool(credentials.server);

  async function withMaterial<T>(
    attempt: (material: Material) => Promise<T>,
    errorOf: (result: T) => KubeError | null,
    fail: (error: KubeError) => T,
  ): Promise<T> {
    try {
      const result = await attempt(await credentials.material(false));
      // A token may have been replaced before its time: read it again, once.
      if (errorOf(result)?.code !== 401) return result;
      return await attempt(await credentials.material(true));
    } catch (error) {
      return fail(localError('Credentials', reasonOf(error)));
    }
  }

  function exchange(request: ApiRequest, material: Material, streaming: boolean): Exchange {
    const { timeoutMs = defaultTimeoutMs, signal } = request;
    const head = pool.head(material, streaming);
    const options = requestOptions(credentials.server, request, userAgent, material);
    return new Exchange({ ...head, ...options } as ExchangeHead, {
      clock,
      timeoutMs,
      signal: signal ?? null,
    });
  }

  return {
    request: (request) =>
      withMaterial(
        (material) => fetchJson(() => exchange(request, material, false), request),
        (result) => (result.ok ? null : result.error),
        (error): ApiResult => ({ ok: false, error }),
      ),
    stream: (request, onChunk) =>
      withMaterial(
        (material) => fetchStream(exchange(request, material, true), onChunk),
        (error) => error,
        (error): KubeError | null => error,
      ),
    close: () => pool.close(),
  };
}

function requestOptions(server: URL, request: ApiRequest, userAgent: string, material: Material) {
  const base = server.pathname.replace(/\/+$/, '');
  const query = new URLSearchParams(request.query ?? {}).toString();
  const body = request.body === undefined ? null : JSON.stringify(request.body);
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': userAgent };
  if (material.authorization !== null) headers.authorization = material.authorization.reveal();
  if (body !== null) {
    headers['content-type'] = request.contentType ?? 'application/json';
    headers['content-length'] = String(Buffer.byteLength(body));
  }
  const path = `${base}${request.path}${query === '' ? '' : `?${query}`}`;
  return { method: request.method, path, headers, body };
}

async function fetchJson(open: () => Exchange, { method, maxBytes }: ApiRequest): Promise<ApiResult> {
  let exchange = open();
  let response = await exchange.head();
  // The server may close an idle connection just as we reuse it; it has read nothing then.
  if (response === null && exchange.lostIdleConnection && method !== 'POST') {
    exchange = open();
    response = await exchange.head();
  }
  if (response === null) return { ok: false, error: exchange.failure() };
  const code = response.statusCode ?? 0;
  const good = code >= 200 && code < 300;
  const text = await exchange.text(good ? (maxBytes ?? defaultMaxBytes) : maxErrorBytes);
  if (!good) return { ok: false, error: errorOfResponse(code, response, text ?? '') };
  if (text === null) return { ok: false, error: exchange.failure() };
  try {
    return { ok: true, code, body: JSON.parse(text) };
  } catch {
    return {
      ok: false,
      error: localError('InvalidResponse', `the answer is no JSON: ${text.slice(0, 100)}`),
    };
  }
}

async function fetchStream(exchange: Exchange, onChunk: (chunk: Buffer) => void): Promise<KubeError | null> {
  const response = await exchange.head();
  if (response === null) return exchange.failure();
  const code = response.statusCode ?? 0;
  if (code !== 200) {
    return errorOfResponse(code, response, (await exchange.text(maxErrorBytes)) ?? '');
  }
  return (await exchange.flow(onChunk)) ? null : exchange.failure();
}

function errorOfResponse(code: number, response: IncomingMessage, text: string): KubeError {
  const error = decodeStatus(parseOrNull(text), code, text);
  const seconds = Number(response.headers['retry-after']);
  // The HTTP status counts: a middlebox may answer with a body of someone else's.
  return { ...error, code, retryAfterMs: seconds > 0 ? seconds * 1000 : error.retryAfterMs };
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
