import { requestPath } from '../../routing/request-path.ts';
import type { Exchange } from '../exchange.ts';
import { failures, type ProxyError } from '../proxy-error.ts';
import { withoutQuery } from '../without-query.ts';

/**
 * Gives the request another path and query. The result is judged like a path that came from outside, and may not begin with
 * two slashes, which some upstreams read as a host: what was cut off must not open a way around a rule.
 */
export function rewritePath(exchange: Exchange, path: string): ProxyError | null {
  const { request } = exchange;
  const routingPath = requestPath(withoutQuery(path));
  if (routingPath === null || path.startsWith('//')) return failures.badPath;
  request.path = path;
  request.routingPath = routingPath;
  request.edited = true;
  return null;
}
