import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PlanRoute, RouteRank } from '../../../src/model/plan.ts';
import { byPrecedence } from '../../../src/routing/precedence.ts';

function rankOf(path: string, priority: number): RouteRank {
  const object = { apiVersion: 'v1', kind: 'IngressRoute', namespace: 'default', name: path };
  return { id: path, object, priority, specificity: 0, createdAt: '' };
}

/** A tree of routes: `ab` stands below `a`. What each has by itself is given by its path. */
const trees = fc
  .dictionary(fc.stringMatching(/^[a-c]{1,3}$/), fc.integer({ min: 0, max: 2 }), { maxKeys: 12 })
  .map((priorities): readonly PlanRoute[] => {
    const paths = new Set(
      Object.keys(priorities).flatMap((path) => [...path].map((_, at) => path.slice(0, at + 1))),
    );
    const rank = (path: string): RouteRank => rankOf(path, priorities[path] ?? 0);
    return [...paths].map((path) => {
      const under = [...path].slice(1).map((_, at) => rank(path.slice(0, at + 1)));
      const route = { ...rank(path), ...(under.length === 0 ? {} : { under }) };
      return route as unknown as PlanRoute;
    });
  });

test('below its parent a route goes before it, and nothing of another parent stands between them', () => {
  fc.assert(
    fc.property(trees, fc.infiniteStream(fc.nat()), (routes, numbers) => {
      const shuffled = routes.toSorted(() => ((numbers.next().value ?? 0) % 3) - 1);
      const sorted = shuffled.toSorted(byPrecedence).map(({ id }) => id);
      assert.deepEqual(
        routes.toSorted(byPrecedence).map(({ id }) => id),
        sorted,
      );
      for (const { id } of routes) {
        const own = sorted.filter((other) => other.startsWith(id));
        const first = sorted.indexOf(own[0] ?? '');
        assert.deepEqual(sorted.slice(first, first + own.length), own, `${id} in ${sorted}`);
        assert.equal(own.at(-1), id);
      }
    }),
  );
});

test('priorities decide among parents first, and then among the children of each', () => {
  const high = rankOf('high', 9);
  const low = rankOf('low', 1);
  const route = (id: string, priority: number, under: readonly RouteRank[]): PlanRoute =>
    ({ ...rankOf(id, priority), under }) as unknown as PlanRoute;
  const routes = [route('x', 100, [low]), route('y', 1, [high]), route('z', 2, [high])];
  assert.deepEqual(
    routes.toSorted(byPrecedence).map(({ id }) => id),
    ['z', 'y', 'x'],
  );
});
