import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { PlanRoute } from '../../../src/model/plan.ts';
import type { RequestView } from '../../../src/model/request-view.ts';
import { explainRequest } from '../../../src/routing/explain.ts';
import { matchLinear } from '../../../src/routing/linear.ts';
import { defaultPriority, specificityOf } from '../../../src/routing/precedence.ts';
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
    assert.deepEqual(explanation.rejected, [
      { route: 'IngressRoute/default/broad/0', reason: 'also matches, but priority 17 < 40' },
      {
        route: 'IngressRoute/default/post/0',
        reason: 'Method(`POST`) does not hold: the method is "GET"',
      },
      {
        route: 'IngressRoute/default/other-host/0',
        reason: 'Host(`news.test`) does not hold: the host is "shop.test"',
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

  it('names no more than asked for', () => {
    const routes = Array.from({ length: 50 }, (_, index) => route(`r${index}`, 'Host(`news.test`)'));
    assert.equal(explainRequest(routes, view(), 3).rejected.length, 3);
  });

  it('chooses what the matcher chooses, and gives a reason for each other route', () => {
    fc.assert(
      fc.property(fc.array(anyRoute, { maxLength: 20 }), anyView, (routes, request) => {
        const explanation = explainRequest(routes, request);
        const found = matchLinear(routes, request);
        assert.equal(explanation.route, found ?? null);
        assert.equal(explanation.rejected.length, routes.length - (found === undefined ? 0 : 1));
        for (const { reason } of explanation.rejected) assert.notEqual(reason, '');
      }),
      { numRuns: 500 },
    );
  });
});
