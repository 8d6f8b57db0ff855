import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { PlanRoute } from '../../../src/model/plan.ts';
import type { RequestView } from '../../../src/model/request-view.ts';
import { explainRequest } from '../../../src/routing/explain.ts';
import { matchLinear } from '../../../src/routing/linear.ts';
import { defaultPriority, specificityOf } from '../../../src/routing/precedence.ts';
import { Table } from '../../../src/routing/table.ts';
import { anyRoute, anyView } from './arbitraries.ts';
import { parsed } from './parsed.ts';

function route(name: string, match: string, parts: Partial<PlanRoute> = {}): PlanRoute {
  const rule = parsed(match);
  return {
    id: `IngressRoute/default/${name}/0`,
    object: { apiVersion: 'fairlead.dev/v1alpha1', kind: 'IngressRoute', namespace: 'default', name },
    path: 'spec.routes[0]',
    match,
    rule,
    priority: defaultPriority(match),
    specificity: specificityOf(rule),
    createdAt: '2026-01-01T00:00:00Z',
    entryPoints: ['web'],
    tls: null,
    middlewares: [],
    action: { kind: 'fail', status: 500, reason: 'ServiceNotFound' },
    ...parts,
  };
}

function view(parts: Partial<RequestView> = {}): RequestView {
  return {
    entryPoint: 'web',
    host: 'shop.test',
    path: '/cart',
    method: 'GET',
    clientIp: '192.0.2.1',
    query: '',
    header: () => [],
    ...parts,
  };
}

describe('explainRequest', () => {
  it('names the route, its terms, and why each other one lost, nearest first', () => {
    const explanation = explainRequest(
      [
        route('other-host', 'Host(`news.test`)'),
        route('broad', 'Host(`shop.test`)'),
        route('post', 'Host(`shop.test`) && Method(`POST`)'),
        route('winner', 'Host(`shop.test`) && PathPrefix(`/cart`)'),
      ],
      view(),
    );
    assert.equal(explanation.route?.id, 'IngressRoute/default/winner/0');
    assert.deepEqual(explanation.terms, [
      { text: 'Host(`shop.test`)', holds: true, request: 'the host is "shop.test"' },
      { text: 'PathPrefix(`/cart`)', holds: true, request: 'the path is "/cart"' },
    ]);
    const host = 'the host is "shop.test" (one label differs: "shop" for "news")';
    assert.equal(explanation.alsoMatching, 1);
    assert.deepEqual(explanation.rejected, [
      {
        route: 'IngressRoute/default/broad/0',
        reason: 'also matches, but priority 17 < 40',
        matches: true,
        lostBy: 'priority',
        failed: [],
      },
      {
        route: 'IngressRoute/default/post/0',
        reason: 'Method(`POST`) does not hold: the method is "GET"',
        matches: false,
        lostBy: null,
        failed: [{ wanted: 'Method(`POST`)', request: 'the method is "GET"' }],
      },
      {
        route: 'IngressRoute/default/other-host/0',
        reason: `Host(\`news.test\`) does not hold: ${host}`,
        matches: false,
        lostBy: null,
        failed: [{ wanted: 'Host(`news.test`)', request: host }],
      },
    ]);
  });

  it('says what broke a tie of priorities', () => {
    const young = { createdAt: '2026-02-01T00:00:00Z' };
    const { rejected } = explainRequest(
      [
        route('a', 'PathPrefix(`/cart`)', { priority: 7 }),
        route('b', 'PathPrefix(`/cart`)', { priority: 7 }),
        route('c', 'PathPrefix(`/cart`)', { priority: 7, ...young }),
        route('d', 'PathPrefix(`/c`)', { priority: 7 }),
      ],
      view(),
    );
    assert.deepEqual(
      rejected.map(({ reason }) => reason),
      [
        'also matches with the same priority 7, but IngressRoute/default/a/0 comes first by name',
        'also matches with the same priority 7, but IngressRoute/default/a/0 is older',
        'also matches with the same priority 7, but IngressRoute/default/a/0 is more specific',
      ],
    );
  });

  it('names an entry point and a transport that do not fit', () => {
    const { route: found, rejected } = explainRequest(
      [
        route('secure', 'Host(`shop.test`)', { tls: true }),
        route('elsewhere', 'Host(`shop.test`)', { entryPoints: ['internal', 'websecure'] }),
      ],
      view(),
    );
    assert.equal(found, null);
    assert.deepEqual(
      rejected.map(({ reason }) => reason),
      [
        'it is on entry point internal, websecure, not on web',
        'it takes requests over TLS only, this one came in clear text',
      ],
    );
  });

  it('explains the nearest of several alternatives', () => {
    const { rejected } = explainRequest(
      [route('a', 'Host(`news.test`) || Host(`shop.test`) && Header(`X-Tier`, `gold`)')],
      view({ header: (name) => (name === 'x-tier' ? ['tin', 'lead'] : []) }),
    );
    assert.equal(
      rejected[0]?.reason,
      'Header(`x-tier`, `gold`) does not hold: header x-tier is "tin", "lead"',
    );
  });

  it('says by how little a host or a path misses', () => {
    const misses = [
      ['Path(`/cart/`)', 'the slash at its end is missing'],
      ['Path(`/CART`)', 'it differs in case'],
      ['Host(`*.test`) && Path(`/car`)', ''],
      ['Host(`*.shop.test`)', '"*" stands for one label more'],
      ['Host(`www.shop.test`)', 'it has fewer labels'],
      ['Host(`test`)', 'it has more labels'],
      ['Host(`shop.dev`)', 'one label differs: "test" for "dev"'],
    ] as const;
    for (const [match, difference] of misses) {
      const [miss] = explainRequest([route('a', match)], view()).rejected;
      if (difference === '') assert.doesNotMatch(miss?.reason ?? '', /\(.*\(/, match);
      else assert.ok(miss?.reason.endsWith(`(${difference})`), `${match}: ${miss?.reason}`);
    }
    const [slash] = explainRequest([route('a', 'Path(`/cart`)')], view({ path: '/cart/' })).rejected;
    assert.match(slash?.reason ?? '', /the path is "\/cart\/" \(it has a slash at its end\)$/);
  });

  it('orders misses by the number of terms that failed, then by host', () => {
    const { rejected } = explainRequest(
      [
        route('two', 'Host(`shop.test`) && Path(`/x`) && Method(`PUT`)'),
        route('host', 'Host(`other.dev`)'),
        route('method', 'Host(`shop.test`) && Method(`PUT`)'),
      ],
      view(),
    );
    assert.deepEqual(
      rejected.map((one) => one.route.split('/')[2]),
      ['method', 'host', 'two'],
    );
  });

  it('names no more than asked for', () => {
    const named = (match: string) =>
      explainRequest(
        Array.from({ length: 50 }, (_, index) => route(`r${index}`, match)),
        view(),
        3,
      );
    assert.equal(named('Host(`news.test`)').rejected.length, 3);
    const { rejected, alsoMatching } = named('Host(`shop.test`)');
    assert.deepEqual([rejected.length, alsoMatching], [3, 49]);
  });

  it('chooses what a compiled table chooses', () => {
    const anyRoutes = fc.uniqueArray(anyRoute, { maxLength: 20, selector: ({ id }) => id });
    const none = { set: [], removed: [] };
    fc.assert(
      fc.property(anyRoutes, anyView, (routes, request) => {
        const changes = { routes: { set: routes, removed: [] }, services: none, middlewares: none };
        const table = Table.empty<null>().apply({ generation: 1, since: 0, ...changes }, () => null);
        assert.equal(explainRequest(routes, request).route?.id, table.match(request)?.id);
      }),
      { numRuns: 300 },
    );
  });

  it('chooses what the matcher chooses, and gives a reason for each other route', () => {
    fc.assert(
      fc.property(fc.array(anyRoute, { maxLength: 20 }), anyView, (routes, request) => {
        const explanation = explainRequest(routes, request, 20);
        const found = matchLinear(routes, request);
        assert.equal(explanation.route, found ?? null);
        assert.equal(explanation.rejected.length, routes.length - (found === undefined ? 0 : 1));
        const inOrder = explanation.rejected.map(({ matches }) => Number(!matches));
        assert.deepEqual(inOrder, inOrder.toSorted());
        for (const { reason } of explanation.rejected) assert.notEqual(reason, '');
      }),
      { numRuns: 500 },
    );
  });
});
