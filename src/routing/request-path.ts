import { hasDotSegment, routingPath } from './path.ts';

/**
 * The routing path of the raw path of a request, or null where the request is refused: what `routingPath` refuses, and every
 * spelling of a dot segment, because upstreams resolve it to another path than the one that was matched (RFC 3986 section
 * 5.2.4). An encoded slash, a backslash and a semicolon end a segment here, as they do for some upstreams.
 *
 * This is the strict rule; comparing the routes of every plausible reading would allow more of what is harmless.
 */
export function requestPath(rawPath: string): string | null {
  if (!rawPath.startsWith('/')) return null;
  const path = routingPath(rawPath);
  if (path === null || hasDotSegment(path)) return null;
  if (!/%2F|[\\;]/.test(path)) return path;
  return hasDotSegment(path.replace(/%2F|[\\;]/g, '/')) ? null : path;
}
