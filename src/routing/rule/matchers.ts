import type { Rule } from '../../model/rule.ts';
import type { Token } from './lexer.ts';
import { type Matcher, type MatcherTable, matcherTable } from './matcher-table.ts';
import {
  buildClientIp,
  buildHost,
  buildHostRegexp,
  buildMethod,
  buildQuery,
  checkedHeaderName,
  checkedPath,
  checkedPattern,
} from './matcher-values.ts';

/** The matchers, by the name that Traefik v3 gives them. */
const matchers: Readonly<Record<string, Matcher<Rule>>> = {
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

/** The matchers of an IngressRoute. */
export const httpMatchers: MatcherTable<Rule> = matcherTable(matchers, (name) => {
  const now = Object.hasOwn(renamed, name) ? renamed[name] : undefined;
  return now === undefined ? null : `did you mean ${now}? Write for example ${matchers[now]?.form ?? now}`;
});

function present(token: Token | undefined): Token {
  if (token === undefined) throw new Error('a matcher was built without its values');
  return token;
}
