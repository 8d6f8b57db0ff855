import type { HeaderEdit, Middleware } from '../../model/middleware.ts';
import { normaliseHost } from '../../routing/host.ts';
import type { Exchange, MiddlewareStep } from '../exchange.ts';
import type { HeaderLines } from '../header-lines.ts';
import { failures, type ProxyError } from '../proxy-error.ts';

/**
 * Sets and removes headers of requests and answers. `Host` of a request sets what the upstream gets as Host. Headers that frame
 * a message or belong to one connection are ours alone and stay as they are. A name or value that cannot stand in a header
 * makes the route answer with an error: sent on, it could become another line.
 */
export function headers(settings: Extract<Middleware, { kind: 'headers' }>): MiddlewareStep {
  return new Headers(settings.request, settings.response);
}

class Headers implements MiddlewareStep {
  readonly #request: readonly HeaderEdit[];
  readonly #response: readonly HeaderEdit[];
  readonly #host: string | null;
  readonly #isBroken: boolean;

  constructor(request: readonly HeaderEdit[], response: readonly HeaderEdit[]) {
    const host = request.findLast((edit) => edit.name.toLowerCase() === 'host' && edit.value !== null);
    this.#host = host?.value ?? null;
    this.#request = request.filter((edit) => isOpen(edit.name) && edit.name.toLowerCase() !== 'host');
    this.#response = response.filter((edit) => isOpen(edit.name));
    const isHostBroken = this.#host !== null && (normaliseHost(this.#host) ?? '') === '';
    this.#isBroken = isHostBroken || ![...request, ...response].every(isSendable);
  }

  onRequest(exchange: Exchange): ProxyError | null {
    if (this.#isBroken) return failures.routeBroken;
    applyEdits(exchange.request.lines, this.#request);
    if (this.#host !== null) {
      exchange.request.hostOverride = this.#host;
      exchange.request.edited = true;
    }
    return null;
  }

  onResponse(exchange: Exchange): void {
    if (exchange.response !== null) applyEdits(exchange.response.lines, this.#response);
  }
}

function applyEdits(lines: HeaderLines, edits: readonly HeaderEdit[]): void {
  for (const edit of edits) {
    if (edit.value === null) lines.remove(edit.name);
    else lines.set(edit.name, edit.value);
  }
}

const closed = new Set([
  'connection',
  'content-length',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function isOpen(name: string): boolean {
  return !closed.has(name.toLowerCase());
}

/** RFC 9110 sections 5.1 and 5.5; latin1, because that is how heads are written. */
function isSendable(edit: HeaderEdit): boolean {
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(edit.name)) return false;
  return edit.value === null || /^[\t\x20-\x7e\x80-\xff]*$/.test(edit.value);
}
