/** A path under `/api/v1` or `/apis/GROUP/VERSION`, taken apart. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  /** Empty for discovery of the version. */
  readonly plural: string;
  /** Empty outside a namespace. */
  readonly namespace: string;
  /** Empty for the collection. */
  readonly name: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** True for the older form `/api/v1/watch/…`. */
  readonly watch: boolean;
  /** True if there is more in the path than any resource has. */
  readonly tooLong: boolean;
}

/** Takes a path apart; undefined if it is none of a resource, or not properly encoded. */
export function parseResourcePath(pathname: string): ResourcePath | undefined {
  const segments = decodeSegments(pathname);
  if (segments === undefined) return undefined;
  const [root, ...rest] = segments;
  if (root === 'api' && rest[0] !== undefined) return inVersion('', rest[0], rest.slice(1));
  if (root === 'apis' && rest[0] !== undefined && rest[1] !== undefined) {
    return inVersion(rest[0], rest[1], rest.slice(2));
  }
  return undefined;
}

function inVersion(group: string, version: string, segments: readonly string[]): ResourcePath {
  const watch = segments[0] === 'watch';
  const parts = watch ? segments.slice(1) : segments;
  const base = { group, version, watch };
  // `namespaces/NAME`, `namespaces/NAME/status` and `namespaces/NAME/finalize` are about the namespace itself.
  const isNamespace = parts.length < 3 || (parts.length === 3 && namespaceSubresources.has(parts[2] ?? ''));
  if (parts[0] === 'namespaces' && !(group === '' && isNamespace)) {
    const [, namespace = '', plural = '', name = '', subresource = '', ...more] = parts;
    return { ...base, namespace, plural, name, subresource, tooLong: more.length > 0 };
  }
  const [plural = '', name = '', subresource = '', ...more] = parts;
  return { ...base, namespace: '', plural, name, subresource, tooLong: more.length > 0 };
}

const namespaceSubresources = new Set(['status', 'finalize']);

function decodeSegments(pathname: string): string[] | undefined {
  try {
    return pathname
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
