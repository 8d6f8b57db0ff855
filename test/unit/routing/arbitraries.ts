import fc from 'fast-check';
import type { PlanRoute } from '../../../src/model/plan.ts';
import type { RequestView } from '../../../src/model/request-view.ts';
import type { Rule } from '../../../src/model/rule.ts';
import { specificityOf } from '../../../src/routing/precedence.ts';

/** Few hosts and paths, so that rules and requests meet often. */
const hosts = ['a.test', 'b.test', 'x.a.test', 'y.a.test', 'x.y.a.test', 'localhost'];
const hostPatterns = [...hosts, '*.a.test', '*.test', '*.y.a.test', '*'];
const paths = ['/', '/a', '/a/', '/a/b', '/a/bc', '/ab', '/a/b/c', '/c', '/a%2Fb', '//a', '*'];
const methods = ['GET', 'POST', 'PUT'];
const headerNames = ['x-one', 'x-two'];
const headerValues = ['1', '2', 'é'];

const queryKeys = ['a', 'b', 'a b'];
const queryValues = ['', '1', '2', '1 2', 'é'];
const queries = [
  '',
  'a',
  'a=',
  'a=1',
  'a=1&a=2',
  'b=1;a=2',
  'a+b=1',
  'a%20b=1+2',
  'a=%',
  'a=%C3%A9',
  '=1',
  '&&',
  'b=1&a',
];
const ranges = [
  '192.0.2.1',
  '192.0.2.0/31',
  '10.0.0.0/8',
  '0.0.0.0/0',
  '2001:db8::/32',
  '::/0',
  '::ffff:192.0.2.1',
];
const addresses = [
  '192.0.2.1',
  '192.0.2.2',
  '10.1.2.3',
  '2001:db8::1',
  '2001:db9::1',
  '::ffff:192.0.2.1',
  '',
];
const hostRegexps = [
  '^a\\.test$',
  '^[a-z]\\.a\\.test$',
  'test',
  '\\.test$',
  '^x\\.',
  '^$',
  '^(a|b)\\.',
  '(?i)A',
  'a|local',
  '^\\*$',
];
const pathRegexps = [
  '^/a$',
  '^/a',
  '/b$',
  'b',
  '^/a/b?',
  '^/a/(b|bc)$',
  '^/(a|c)',
  '%2F',
  '^/a+b*',
  '(?i)^/A$',
  '^/\\w+/?$',
  '.',
];

const leaf: fc.Arbitrary<Rule> = fc.oneof(
  fc.record({ kind: fc.constant('host' as const), host: fc.constantFrom(...hostPatterns) }),
  fc.record({ kind: fc.constant('path' as const), path: fc.constantFrom(...paths.slice(0, -1)) }),
  fc.record({
    kind: fc.constant('pathPrefix' as const),
    prefix: fc.constantFrom(...paths.slice(0, -1)),
    elements: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('method' as const), method: fc.constantFrom(...methods) }),
  fc.record({
    kind: fc.constant('header' as const),
    name: fc.constantFrom(...headerNames),
    value: fc.constantFrom(...headerValues),
  }),
  fc.record({
    kind: fc.constant('query' as const),
    key: fc.constantFrom(...queryKeys),
    value: fc.constantFrom(...queryValues),
  }),
  fc.record({ kind: fc.constant('clientIp' as const), range: fc.constantFrom(...ranges) }),
  fc.record({ kind: fc.constant('hostRegexp' as const), pattern: fc.constantFrom(...hostRegexps) }),
  fc.record({ kind: fc.constant('pathRegexp' as const), pattern: fc.constantFrom(...pathRegexps) }),
  fc.record({
    kind: fc.constant('headerRegexp' as const),
    name: fc.constantFrom(...headerNames),
    pattern: fc.constantFrom('^1$', '[12]', '^$', '(?i)X', '^é'),
  }),
  fc.record({
    kind: fc.constant('queryRegexp' as const),
    key: fc.constantFrom(...queryKeys),
    pattern: fc.constantFrom('^1', '^\\d$', '^$', ' ', '1|é'),
  }),
);

/** Rules as the parser may build them, and as a translation may that does not tidy up. */
export const anyRule: fc.Arbitrary<Rule> = fc.letrec<{ rule: Rule; group: Rule }>((tie) => ({
  rule: fc.oneof({ maxDepth: 3 }, { arbitrary: leaf, weight: 3 }, { arbitrary: tie('group'), weight: 3 }),
  group: fc.oneof(
    fc.record({ kind: fc.constant('and' as const), rules: fc.array(tie('rule'), { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('or' as const), rules: fc.array(tie('rule'), { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('not' as const), rule: tie('rule') }),
  ),
})).rule;

/** A route with an id of its own among 60. */
export const anyRoute: fc.Arbitrary<PlanRoute> = fc
  .record({
    index: fc.nat({ max: 59 }),
    rule: anyRule,
    priority: fc.integer({ min: -1, max: 2 }),
    createdAt: fc.constantFrom('', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'),
    entryPoints: fc.subarray(['web', 'websecure'], { minLength: 1 }),
    tls: fc.constantFrom(null, null, true, false),
    middleware: fc.constantFrom('default/one', 'default/two', null),
    service: fc.constantFrom('default/one:80', 'default/two:80', null),
  })
  .map(({ index, rule, middleware, service, ...rest }) => ({
    ...rest,
    id: `IngressRoute/default/web-${index % 6}/${index}`,
    object: {
      apiVersion: 'fairlead.dev/v1alpha1',
      kind: 'IngressRoute',
      namespace: 'default',
      name: `web-${index % 6}`,
    },
    path: `spec.routes[${index}]`,
    match: '',
    rule,
    specificity: specificityOf(rule),
    middlewares: middleware === null ? [] : [middleware],
    action:
      service === null
        ? { kind: 'fail', status: 500, reason: 'ServiceNotFound' }
        : { kind: 'forward', targets: [{ service, weight: 1, scheme: 'http', passHostHeader: true }] },
  }));

export const anyView: fc.Arbitrary<RequestView> = fc
  .record({
    entryPoint: fc.constantFrom('web', 'websecure'),
    host: fc.constantFrom(...hosts, '', 'other'),
    path: fc.constantFrom(...paths),
    query: fc.constantFrom(...queries),
    clientIp: fc.constantFrom(...addresses),
    method: fc.constantFrom(...methods),
    tls: fc.boolean(),
    headers: fc.dictionary(
      fc.constantFrom(...headerNames),
      fc.array(fc.constantFrom(...headerValues, '\xc3\xa9', '\xe9'), { maxLength: 2 }),
    ),
  })
  .map(({ headers, ...rest }) => ({
    ...rest,
    header: (name) => (Object.hasOwn(headers, name) ? (headers[name] ?? []) : []),
  }));
