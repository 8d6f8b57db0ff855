import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { stringify as toYaml } from 'yaml';
import type { JsonObject } from '../json.ts';
import type { Representation } from './negotiate.ts';
import { statusOf } from './status.ts';

/** One request and its answer, on the way through the server. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

// Smaller answers are not worth the time; the bound is that of Kubernetes.
const gzipFrom = 128 * 1024;
const compress = promisify(gzip);

/** Sends an object in the format that was agreed on. */
export async function sendObject(
  exchange: Exchange,
  code: number,
  body: JsonObject,
  as: Representation,
): Promise<void> {
  if (as.format === 'yaml') return sendText(exchange, code, toYaml(body), 'application/yaml');
  const type =
    as.as === 'APIGroupDiscoveryList'
      ? 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
      : 'application/json';
  return sendText(exchange, code, `${JSON.stringify(body)}\n`, type);
}

/** Sends an error as a Status. Where the connection is not in order any more, nothing is sent. */
export async function sendError(exchange: Exchange, error: unknown): Promise<void> {
  const { request, response } = exchange;
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const status = statusOf(error);
  const code = Number(status.code);
  const retryAfter = (status.details as JsonObject | undefined)?.retryAfterSeconds;
  if (typeof retryAfter === 'number') response.setHeader('retry-after', String(retryAfter));
  if (code === 401) response.setHeader('www-authenticate', 'Bearer realm="fairlead"');
  // What was not read of the body would be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close');
  const wantsYaml = request.headers.accept?.trim() === 'application/yaml';
  if (wantsYaml) return sendText(exchange, code, toYaml(status), 'application/yaml');
  return sendText(exchange, code, `${JSON.stringify(status)}\n`, 'application/json');
}

/** Sends a text as it is; a type of `null` sends none. */
export async function sendText(
  { request, response }: Exchange,
  code: number,
  text: string,
  contentType: string | null,
): Promise<void> {
  if (contentType !== null) response.setHeader('content-type', contentType);
  response.setHeader('cache-control', 'no-cache, private');
  response.statusCode = code;
  let body: Buffer = Buffer.from(text);
  if (body.length >= gzipFrom && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) {
    body = await compress(body, { level: 1 });
    response.setHeader('content-encoding', 'gzip');
    response.setHeader('vary', 'accept-encoding');
  }
  response.setHeader('content-length', body.length);
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Adds a `Warning:` header for each text (RFC 7234 section 5.5, as Kubernetes uses it). */
export function addWarnings({ response }: Exchange, warnings: readonly string[]): void {
  const unique = [...new Set(warnings)];
  if (unique.length > 0) {
    response.setHeader(
      'warning',
      unique.map((text) => `299 - ${JSON.stringify(printable(text))}`),
    );
  }
}

function printable(text: string): string {
  const oneLine = text.replaceAll(/[^\x20-\x7e]/g, (character) => encodeURIComponent(character));
  return oneLine.length > 1024 ? `${oneLine.slice(0, 1024)}…` : oneLine;
}
