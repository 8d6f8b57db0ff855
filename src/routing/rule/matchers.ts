import type { Rule } from '../../model/rule.ts';
import type { Token } from './lexer.ts';
import {
  buildClientIp,
  buildHost,
  buildHostRegexp,
  buildMethod,
  buildQuery,
  checkedHeaderName,
  checkedPath,
  checkedPattern,
  shorten,
} from './matcher-values.ts';
import { nearestName } from './nearest-name.ts';
import { RuleFault } from './rule-fault.ts';

interface Matcher {
  /** The form to show where the number of values is wrong. */
  readonly form: string;
  /** The least and the largest number of values. */
  readonly arity: readonly [least: number, most: number];
  /** @throws RuleFault */
  readonly build: (first: Token, second: Token | undefined) => Rule;
}

/** The matchers, by the name that Traefik v3 gives them. */
const matchers: Readonly<Record<string, Matcher>> = {
  Host: { form: 'Host(`example.com`)', arity: [1, 1], build: buildHost },
  HostRegexp: {
    form: 'HostRegexp(`^[a-z]+\\.example\\.com$`)',
    arity: [1, 1],
    build: buildHostRegexp,
  },
  Path: {
    form: 'Path(`/path`)',
    arity: [1, 1],
    build: (path) => ({ kind: 'path', path: checkedPath(path, '$') }),
  },
  PathPrefix: {
    form: 'PathPrefix(`/path`)',
    arity: [1, 1],
    build: (prefix) => ({ kind: 'pathPrefix', prefix: checkedPath(prefix, ''), elements: false }),
  },
  PathRegexp: {
    form: 'PathRegexp(`^/v[0-9]+/`)',
    arity: [1, 1],
    build: (pattern) => ({ kind: 'pathRegexp', pattern: checkedPattern(pattern) }),
  },
  Method: { form: 'Method(`GET`)', arity: [1, 1], build: buildMethod },
  Header: {
    form: 'Header(`X-Name`, `value`)',
    arity: [2, 2],
    build: (name, value) => ({ kind: 'header', name: checkedHeaderName(name), value: present(value).value }),
  },
  HeaderRegexp: {
    form: 'HeaderRegexp(`X-Name`, `^v[0-9]+$`)',
    arity: [2, 2],
    build: (name, pattern) => ({
      kind: 'headerRegexp',
      name: checkedHeaderName(name),
      pattern: checkedPattern(present(pattern)),
    }),
  },
  Query: { form: 'Query(`name`, `value`)', arity: [1, 2], build: buildQuery },
  QueryRegexp: {
    form: 'QueryRegexp(`name`, `^v[0-9]+$`)',
    arity: [1, 2],
    build: (key, pattern) =>
      pattern === undefined
        ? buildQuery(key, undefined)
        : { kind: 'queryRegexp', key: key.value, pattern: checkedPattern(pattern) },
  },
  ClientIP: { form: 'ClientIP(`10.0.0.0/8`)', arity: [1, 1], build: buildClientIp },
};

/** Matchers of Traefik v2 that v3 calls otherwise, and of TCP routes that have a fellow in HTTP. */
const renamed: Readonly<Record<string, string>> = {
  Headers: 'Header',
  HeadersRegexp: 'HeaderRegexp',
  HostHeader: 'Host',
  HostSNI: 'Host',
  HostSNIRegexp: 'HostRegexp',
};

const knownNames: readonly string[] = Object.keys(matchers);

/** Every accepted spelling, and the name it stands for: as it is, lower, upper and title case, as Traefik v3 takes them. */
const spellings: ReadonlyMap<string, string> = new Map(
  knownNames.flatMap((name) =>
    [name, name.toLowerCase(), name.toUpperCase(), titleCase(name)].map(
      (spelling) => [spelling, name] as const,
    ),
  ),
);

function titleCase(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1).toLowerCase();
}

/**
 * Says which matcher a name stands for.
 *
 * @throws RuleFault where there is none of that name.
 */
export function matcherNamed(name: Token): Matcher {
  const known = spellings.get(name.value);
  const matcher = known === undefined ? undefined : matchers[known];
  if (matcher !== undefined) return matcher;
  throw new RuleFault(name.position, `unknown matcher ${shorten(name.value)}`, hintFor(name.value));
}

function hintFor(name: string): string {
  const now = Object.hasOwn(renamed, name) ? renamed[name] : undefined;
  if (now !== undefined) return `did you mean ${now}? Write for example ${matchers[now]?.form ?? now}`;
  const nearest = nearestName(name, knownNames);
  return nearest === undefined ? `matchers are ${knownNames.join(', ')}` : `did you mean ${nearest}?`;
}

/**
 * Makes the rule of a matcher and its values.
 *
 * @throws RuleFault where their number or one of them is wrong.
 */
export function buildTerm(matcher: Matcher, name: Token, values: readonly Token[]): Rule {
  const [least, most] = matcher.arity;
  const [first, second] = values;
  if (first === undefined || values.length < least || values.length > most) {
    const expected = `${least === most ? least : `${least} or ${most}`} ${most === 1 ? 'value' : 'values'}`;
    throw new RuleFault(
      name.position,
      `${name.value} takes ${expected}, found ${values.length}`,
      values.length > most && most === 1
        ? `combine several with ||: ${matcher.form} || …`
        : `write ${matcher.form}`,
    );
  }
  const empty = values.find((value) => value.value === '');
  if (empty !== undefined) throw new RuleFault(empty.position, `a value of ${name.value} must not be empty`);
  return matcher.build(first, second);
}

function present(token: Token | undefined): Token {
  if (token === undefined) throw new Error('a matcher was built without its values');
  return token;
}
