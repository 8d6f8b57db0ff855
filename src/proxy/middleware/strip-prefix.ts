import type { Middleware } from '../../model/middleware.ts';
import { routingPath } from '../../routing/path.ts';
import type { Exchange, MiddlewareStep } from '../exchange.ts';
import type { ProxyError } from '../proxy-error.ts';
import { withoutQuery } from '../without-query.ts';
import { rewritePath } from './rewrite-path.ts';

/**
 * Removes the first prefix that the path begins with, once, and tells the upstream which in `X-Forwarded-Prefix` (Traefik's
 * stripPrefix: a prefix of characters, so `/a` turns `/ab` into `/b`). A path that begins with none passes unchanged.
 */
export function stripPrefix(settings: Extract<Middleware, { kind: 'stripPrefix' }>): MiddlewareStep {
  return new StripPrefix(settings.prefixes);
}

class StripPrefix implements MiddlewareStep {
  readonly #prefixes: readonly string[];

  constructor(prefixes: readonly string[]) {
    this.#prefixes = prefixes.filter((prefix) => prefix !== '');
  }

  onRequest(exchange: Exchange): ProxyError | null {
    const { path } = exchange.request;
    const rawPath = withoutQuery(path);
    for (const prefix of this.#prefixes) {
      const length = lengthOfPrefix(rawPath, prefix);
      if (length === -1) continue;
      const rest = path.slice(length);
      const fault = rewritePath(exchange, rest.startsWith('/') ? rest : `/${rest}`);
      if (fault === null) exchange.request.lines.append('X-Forwarded-Prefix', headerSafe(prefix));
      return fault;
    }
    return null;
  }

  onResponse(): void {}
}

/** How much of a raw path reads as `prefix` once its percent sequences are decoded, or -1. */
function lengthOfPrefix(rawPath: string, prefix: string): number {
  if (rawPath.startsWith(prefix)) return prefix.length;
  const wanted = routingPath(prefix) ?? prefix;
  if (!rawPath.includes('%') && wanted === prefix) return -1;
  const most = Math.min(rawPath.length, wanted.length * 12);
  for (let end = 1; end <= most; end++) {
    const isInsideSequence = rawPath[end - 1] === '%' || rawPath[end - 2] === '%';
    if (!isInsideSequence && routingPath(rawPath.slice(0, end)) === wanted) return end;
  }
  return -1;
}

/** Prefixes come from objects of a cluster and may hold any character; a header line may not. */
function headerSafe(prefix: string): string {
  return /^[\x21-\x7e]*$/.test(prefix) ? prefix : encodeURI(prefix.toWellFormed());
}
