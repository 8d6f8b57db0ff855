import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PlanRoute } from '../../../../src/model/plan.ts';
import { holds, matchLinear } from '../../../../src/routing/linear.ts';
import { byPrecedence } from '../../../../src/routing/precedence.ts';
import { overlappingRoutes } from '../../../../src/translate/lint/overlapping-routes.ts';
import { branchesOf, covers } from '../../../../src/translate/lint/rule-cover.ts';
import { shadowedRoutes } from '../../../../src/translate/lint/shadowed-routes.ts';
import { anyRoute, anyRule, anyView } from '../../routing/arbitraries.ts';

const anyRoutes = fc.uniqueArray(anyRoute, { maxLength: 12, selector: (route) => route.id });

function sorted(routes: readonly PlanRoute[]): readonly PlanRoute[] {
  return routes.toSorted(byPrecedence);
}

test('a rule that covers another holds wherever the other does', () => {
  let proven = 0;
  fc.assert(
    fc.property(
      anyRule,
      anyRule,
      fc.array(anyView, { minLength: 4, maxLength: 8 }),
      (broad, narrow, views) => {
        const [all, few] = [branchesOf(broad), branchesOf(narrow)];
        if (all === null || few === null || !covers(all, few)) return;
        proven += 1;
        for (const view of views) assert.ok(!holds(narrow, view) || holds(broad, view));
      },
    ),
    { numRuns: 600 },
  );
  assert.ok(proven > 5, `${proven} pairs`);
});

test('a route that is said to be never reached is reached by no request', () => {
  let found = 0;
  fc.assert(
    fc.property(anyRoutes, fc.array(anyView, { minLength: 5, maxLength: 8 }), (routes, views) => {
      const shadowed = new Set(shadowedRoutes(sorted(routes)).map(({ path }) => path));
      found += shadowed.size;
      for (const view of views) {
        const taken = matchLinear(routes, view);
        assert.ok(taken === undefined || !shadowed.has(taken.path));
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(found > 5, `${found} routes`);
});

test('routes that are said to overlap have the same priority and are as specific as another one', () => {
  fc.assert(
    fc.property(anyRoutes, (routes) => {
      for (const { path } of overlappingRoutes(sorted(routes))) {
        const route = routes.find((one) => one.path === path);
        const same = routes.filter(
          (one) => one.priority === route?.priority && one.specificity === route.specificity,
        );
        assert.ok(same.length > 1);
      }
    }),
    { numRuns: 100 },
  );
});

test('five thousand routes are judged with few comparisons each', () => {
  const base = fc.sample(anyRoute, { numRuns: 1, seed: 1 })[0];
  assert.ok(base !== undefined);
  let comparisons = 0;
  const routes = Array.from({ length: 5000 }, (_, index): PlanRoute => {
    const path = `/p${index}/`;
    const rule = {
      kind: 'and',
      rules: [
        { kind: 'host', host: index % 2 === 0 ? 'one.test' : `h${index}.test` },
        { kind: 'pathPrefix', prefix: path, elements: false },
      ],
    } as const;
    const route = { ...base, id: `IngressRoute/default/web/${index}`, rule, priority: 1, tls: null };
    return Object.defineProperty({ ...route }, 'tls', {
      get() {
        comparisons += 1;
        return null;
      },
    });
  });
  assert.equal(shadowedRoutes(routes).length, 0);
  assert.equal(overlappingRoutes(routes).length, 0);
  assert.ok(comparisons < routes.length * 100, `${comparisons} comparisons`);
});
