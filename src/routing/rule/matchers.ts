import type { Rule } from '../../model/rule.ts';
import { parseHostPattern } from './host-pattern.ts';
import type { Token } from './lexer.ts';
import { nearestName } from './nearest-name.ts';
import { RuleFault } from './rule-fault.ts';

interface Matcher {
  /** The form to show where the number of values is wrong. */
  readonly form: string;
  readonly arity: number;
  /** @throws RuleFault */
  readonly build: (values: readonly Token[]) => Rule;
}

/** The matchers of this version, by the name that Traefik v3 gives them. */
const matchers: Readonly<Record<string, Matcher>> = {
  Host: { form: 'Host(`example.com`)', arity: 1, build: ([host]) => buildHost(present(host)) },
  Path: {
    form: 'Path(`/path`)',
    arity: 1,
    build: ([path]) => ({ kind: 'path', path: checkedPath(present(path)) }),
  },
  PathPrefix: {
    form: 'PathPrefix(`/path`)',
    arity: 1,
    build: ([prefix]) => ({ kind: 'pathPrefix', prefix: checkedPath(present(prefix)), elements: false }),
  },
  Method: { form: 'Method(`GET`)', arity: 1, build: ([method]) => buildMethod(present(method)) },
  Header: {
    form: 'Header(`X-Name`, `value`)',
    arity: 2,
    build: ([name, value]) => buildHeader(present(name), present(value)),
  },
};

/** Matchers of Traefik v3 that this version does not have. */
const unsupported = ['HostRegexp', 'PathRegexp', 'HeaderRegexp', 'Query', 'QueryRegexp', 'ClientIP'] as const;

/** Matchers of Traefik v2 that v3 calls otherwise. */
const renamed: Readonly<Record<string, string>> = {
  Headers: 'Header',
  HeadersRegexp: 'HeaderRegexp',
  HostHeader: 'Host',
};

const knownNames: readonly string[] = [...Object.keys(matchers), ...unsupported];

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
  if (known !== undefined) {
    throw new RuleFault(
      name.position,
      `matcher ${known} is not supported in this version yet`,
      `supported are ${Object.keys(matchers).join(', ')}`,
    );
  }
  const nearest = Object.hasOwn(renamed, name.value)
    ? renamed[name.value]
    : nearestName(name.value, knownNames);
  throw new RuleFault(
    name.position,
    `unknown matcher ${shorten(name.value)}`,
    nearest === undefined ? `matchers are ${Object.keys(matchers).join(', ')}` : `did you mean ${nearest}?`,
  );
}

/**
 * Makes the rule of a matcher and its values.
 *
 * @throws RuleFault where their number or one of them is wrong.
 */
export function buildTerm(matcher: Matcher, name: Token, values: readonly Token[]): Rule {
  if (values.length !== matcher.arity) {
    throw new RuleFault(
      name.position,
      `${name.value} takes ${matcher.arity} ${matcher.arity === 1 ? 'value' : 'values'}, found ${values.length}`,
      values.length > matcher.arity && matcher.arity === 1
        ? `combine several with ||: ${matcher.form} || …`
        : `write ${matcher.form}`,
    );
  }
  const empty = values.find((value) => value.value === '');
  if (empty !== undefined) throw new RuleFault(empty.position, `a value of ${name.value} must not be empty`);
  return matcher.build(values);
}

function present(token: Token | undefined): Token {
  if (token === undefined) throw new Error('a matcher was built without its values');
  return token;
}

function buildHost(value: Token): Rule {
  const pattern = parseHostPattern(value.value);
  if (!pattern.ok) throw new RuleFault(value.position, pattern.message, pattern.hint);
  return { kind: 'host', host: pattern.host };
}

function checkedPath(value: Token): string {
  if (value.value.startsWith('/')) return value.value;
  throw new RuleFault(
    value.position,
    `a path must start with "/", found ${shorten(value.value)}`,
    `write /${shorten(value.value)}`,
  );
}

/** The characters of a token (RFC 9110 section 5.6.2). */
const tokenPattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

function buildMethod(value: Token): Rule {
  if (!tokenPattern.test(value.value)) {
    throw new RuleFault(value.position, `not a request method: ${shorten(value.value)}`);
  }
  return { kind: 'method', method: value.value.toUpperCase() };
}

function buildHeader(name: Token, value: Token): Rule {
  if (!tokenPattern.test(name.value)) {
    throw new RuleFault(name.position, `not a header name: ${shorten(name.value)}`);
  }
  return { kind: 'header', name: name.value.toLowerCase(), value: value.value };
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}
