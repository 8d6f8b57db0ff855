import type { Exchange } from './exchange.ts';
import { failures, type ProxyError } from './proxy-error.ts';
import { hasBody } from './request-head.ts';

/**
 * Whether a request may be sent a second time, once at most. Always, where the upstream has certainly not begun it. And where a
 * connection that was used before closed without a byte of an answer, which is what an upstream does whose keep-alive time
 * ran out just then: only for idempotent methods without a body (RFC 9110 section 9.2.2, RFC 9112 section 9.3.1). So never a
 * second POST.
 */
export function mayRetry(exchange: Exchange, error: ProxyError): boolean {
  if (exchange.retries > 0 || exchange.headSent || exchange.upstreamMs !== -1) return false;
  if (error.retryable) return true;
  if (error !== failures.upstreamReset || exchange.upstream?.isReused !== true) return false;
  return idempotentMethods.has(exchange.request.method) && !hasBody(exchange.request);
}

const idempotentMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
