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
const headerValues = ['1', '2'];

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
    method: fc.constantFrom(...methods),
    tls: fc.boolean(),
    headers: fc.dictionary(
      fc.constantFrom(...headerNames),
      fc.array(fc.constantFrom(...headerValues), { maxLength: 2 }),
    ),
  })
  .map(({ headers, ...rest }) => ({
    ...rest,
    clientIp: '192.0.2.1',
    header: (name) => (Object.hasOwn(headers, name) ? (headers[name] ?? []) : []),
  }));
