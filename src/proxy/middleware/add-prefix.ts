import type { Middleware } from '../../model/middleware.ts';
import type { Exchange, MiddlewareStep } from '../exchange.ts';
import type { ProxyError } from '../proxy-error.ts';
import { rewritePath } from './rewrite-path.ts';

/** Puts a prefix before the path (Traefik's addPrefix). `OPTIONS *` has no path and passes unchanged. */
export function addPrefix(settings: Extract<Middleware, { kind: 'addPrefix' }>): MiddlewareStep {
  return new AddPrefix(settings.prefix);
}

class AddPrefix implements MiddlewareStep {
  readonly #prefix: string;

  constructor(prefix: string) {
    const absolute = prefix.startsWith('/') ? prefix : `/${prefix}`;
    this.#prefix = /^[\x21-\x7e]*$/.test(absolute) ? absolute : encodeURI(absolute.toWellFormed());
  }

  onRequest(exchange: Exchange): ProxyError | null {
    const { path } = exchange.request;
    return path === '*' ? null : rewritePath(exchange, this.#prefix + path);
  }

  onResponse(): void {}
}
