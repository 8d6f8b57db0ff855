import type { Rule } from '../../model/rule.ts';

export type PathPrefixRule = Extract<Rule, { kind: 'pathPrefix' }>;

/** The prefix whose elements are compared: a trailing slash makes no difference (Kubernetes Ingress, `pathType: Prefix`). */
export function withoutTrailingSlash(prefix: string): string {
  return prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
}

/** Whether a path has all elements of `prefix` first. `prefix` must have no slash at its end. */
export function hasElements(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/');
}

/** The plain characters that every path begins with of which the rule holds. */
export function plainPrefix({ prefix, elements }: PathPrefixRule): string {
  return elements ? withoutTrailingSlash(prefix) : prefix;
}
