/** Beyond this many readings, or this many characters in all of them, a path counts as too ambiguous to judge. */
const maxReadings = 64;
const maxCharacters = 131_072;

/** The steps that an upstream may or may not take with a path, in the order in which it would. */
const steps: readonly ((path: string) => string)[] = Object.freeze([
  cutParameters,
  decode,
  decode,
  backslashesAsSlashes,
  cutParameters,
  cutFromParameter,
  cutAtEnd,
  mergeSlashes,
  resolveDotSegments,
]);

/** What there is to read otherwise in a path: nothing, as in most; the case of its letters only; or more. */
type PathKind = 'plain' | 'letters' | 'odd';

/** The kind of a path. Costs one pass and allocates nothing. */
export function pathKindOf(path: string): PathKind {
  let kind: PathKind = 'plain';
  let previous = 0;
  for (let index = 0; index < path.length; index++) {
    const code = path.charCodeAt(index);
    if (code === percent || code === backslash || code === semicolon) return 'odd';
    if (code === slash && previous === slash) return 'odd';
    if ((code >= upperA && code <= upperZ) || code > lastAscii) kind = 'letters';
    previous = code;
  }
  return kind;
}

const upperA = 0x41;
const upperZ = 0x5a;
const lastAscii = 0x7f;

const percent = 0x25;
const slash = 0x2f;
const semicolon = 0x3b;
const backslash = 0x5c;

/**
 * What an upstream may take a routing path for: the results of every choice among the steps of decoding once or twice (so
 * `%2F` and `%252F` become slashes), taking backslashes for slashes, cutting path parameters (`;x`) segment by segment or
 * with all that follows, ending the path at a decoded `?`, `#` or NUL, merging slashes, and resolving dot segments (RFC 3986
 * section 5.2.4). The path itself is the first. Null where there are more than 64, or they have more than 131,072 characters
 * in all: no path that is sent in earnest has as many.
 *
 * The undecoded spelling is no reading of its own: `%61` and `a` are the same (RFC 3986 section 6.2.2.2).
 */
export function readingsOf(path: string): readonly string[] | null {
  const readings = new Set([path]);
  let characters = path.length;
  for (const step of steps) {
    for (const reading of [...readings]) {
      const result = step(reading);
      if (readings.has(result)) continue;
      readings.add(result);
      characters += result.length;
      if (readings.size > maxReadings || characters > maxCharacters) return null;
    }
  }
  return [...readings];
}

function decode(path: string): string {
  return path.includes('%') ? path.replace(/(?:%[0-9A-Fa-f]{2})+/g, decodeRun) : path;
}

function decodeRun(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    // Not UTF-8: what is ASCII in it still gets decoded.
    return run.replace(/%[0-7][0-9A-Fa-f]/g, (sequence) => decodeURIComponent(sequence));
  }
}

function backslashesAsSlashes(path: string): string {
  return path.includes('\\') ? path.replaceAll('\\', '/') : path;
}

function cutParameters(path: string): string {
  return path.includes(';') ? path.replace(/;[^/]*/g, '') : path;
}

function cutFromParameter(path: string): string {
  const at = path.indexOf(';');
  return at === -1 ? path : path.slice(0, at);
}

function cutAtEnd(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL ends a string in some languages
  const at = path.search(/[?#\u0000]/);
  return at === -1 ? path : path.slice(0, at);
}

function mergeSlashes(path: string): string {
  return path.includes('//') ? path.replace(/\/{2,}/g, '/') : path;
}

function resolveDotSegments(path: string): string {
  if (!path.includes('/.')) return path;
  const resolved: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === '..') resolved.pop();
    else if (segment !== '.') resolved.push(segment);
    if (isLast && (segment === '.' || segment === '..')) resolved.push('');
  }
  return `/${resolved.join('/')}`;
}
