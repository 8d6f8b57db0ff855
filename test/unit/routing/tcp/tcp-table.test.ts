import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PlanTcpRoute } from '../../../../src/model/plan-tcp.ts';
import type { TcpRule } from '../../../../src/model/tcp-rule.ts';
import { byTcpPrecedence } from '../../../../src/routing/precedence.ts';
import { isTcpCatchAll, tcpHostsOf } from '../../../../src/routing/tcp/tcp-hosts.ts';
import { TcpTable } from '../../../../src/routing/tcp/tcp-table.ts';
import type { TcpView } from '../../../../src/routing/tcp/tcp-view.ts';
import { planTcpRoute } from '../../../support/raw/tcp-routes.ts';
import { matchTcpLinear } from './match-tcp-linear.ts';

const names = ['a.test', 'b.test', 'x.a.test', 'y.x.a.test', 'test'] as const;
const hosts = ['*', ...names, '*.test', '*.a.test', '*.x.a.test'] as const;
const patterns = ['^a', 'test$', '^$', '[ab][.]test', 'x.*a', ''] as const;
const ranges = ['10.0.0.0/8', '10.1.0.1', '::1', 'fd00::/8', '0.0.0.0/0', 'nonsense'] as const;
const protocols = ['h2', 'http/1.1', 'postgresql'] as const;

const leaf: fc.Arbitrary<TcpRule> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...hosts).map((host) => ({ kind: 'hostSni' as const, host })) },
  fc.constantFrom(...patterns).map((pattern) => ({ kind: 'hostSniRegexp' as const, pattern })),
  fc.constantFrom(...ranges).map((range) => ({ kind: 'clientIp' as const, range })),
  fc.constantFrom(...protocols).map((protocol) => ({ kind: 'alpn' as const, protocol })),
);

const rules: fc.Arbitrary<TcpRule> = fc.letrec<{ rule: TcpRule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('rule'), { maxLength: 3 }).map((each) => ({ kind: 'and' as const, rules: each })),
    fc.array(tie('rule'), { maxLength: 3 }).map((each) => ({ kind: 'or' as const, rules: each })),
    tie('rule').map((rule) => ({ kind: 'not' as const, rule })),
  ),
})).rule;

const terminate = { mode: 'terminate', options: 'default' } as const;

const routes: fc.Arbitrary<PlanTcpRoute> = fc
  .record({
    index: fc.integer({ min: 0, max: 12 }),
    rule: rules,
    priority: fc.integer({ min: -1, max: 2 }),
    createdAt: fc.constantFrom('', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'),
    entryPoints: fc.subarray(['web', 'db'], { minLength: 1 }),
    tls: fc.constantFrom(null, terminate, { mode: 'passthrough' as const }),
  })
  .map(({ index, ...route }) => planTcpRoute(route, index));

const views: fc.Arbitrary<TcpView> = fc.record({
  entryPoint: fc.constantFrom('web', 'db', 'other'),
  clientIp: fc.constantFrom('10.1.0.1', '10.2.0.1', '192.0.2.1', '::1', 'fd00::5', ''),
  serverName: fc.constantFrom(null, ...names, 'unknown.test', 'example.com'),
  isTls: fc.boolean(),
  alpn: fc.subarray([...protocols]),
});

test('the table of TCP routes says what the linear specification says, over any number of changes', () => {
  const change = fc.record({
    set: fc.uniqueArray(routes, { maxLength: 8, selector: ({ id }) => id }),
    removed: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.array(views, { minLength: 4 }), check),
    { numRuns: 1_000 },
  );
});

function check(
  changes: readonly { set: readonly PlanTcpRoute[]; removed: readonly number[] }[],
  questions: readonly TcpView[],
): void {
  const known = new Map<string, PlanTcpRoute>();
  let table = TcpTable.empty<string>();
  for (const { set, removed } of changes) {
    const ids = removed
      .map((index) => `IngressRouteTCP/default/test/${index}`)
      .filter((id) => !set.some((route) => route.id === id));
    for (const id of ids) known.delete(id);
    for (const route of set) known.set(route.id, route);
    table = table.with({ set, removed: ids }, ({ id }) => id);
    for (const view of questions) {
      assert.equal(table.match(view), matchTcpLinear([...known.values()], view)?.id);
    }
  }
}

test('a table that is built on does not change', () => {
  const first = planTcpRoute({}, 0);
  const before = TcpTable.empty<string>().with({ set: [first], removed: [] }, ({ id }) => id);
  before.with({ set: [], removed: [first.id] }, ({ id }) => id);
  const view = { entryPoint: 'web', clientIp: '192.0.2.1', serverName: null, isTls: false, alpn: [] };
  assert.equal(before.match(view), first.id);
});

test('of many hosts a connection is held against the routes of its own and of any host only', () => {
  const alpn: TcpRule = { kind: 'alpn', protocol: 'h2' };
  const route = (index: number, host: string) =>
    planTcpRoute({ rule: { kind: 'and', rules: [{ kind: 'hostSni', host }, alpn] }, tls: terminate }, index);
  const set = Array.from({ length: 20_000 }, (_, index) => route(index, `h${index}.test`));
  set.push(route(20_000, '*.wide.test'), route(20_001, '*'));
  const table = TcpTable.empty<string>().with({ set, removed: [] }, ({ id }) => id);
  let looks = 0;
  const looksFor = (serverName: string | null): number => {
    looks = 0;
    const view = {
      entryPoint: 'web',
      clientIp: '192.0.2.1',
      serverName,
      isTls: true,
      get alpn() {
        looks++;
        return [];
      },
    };
    assert.equal(table.match(view), undefined);
    return looks;
  };
  assert.equal(looksFor('h19999.test'), 2);
  assert.equal(looksFor('a.wide.test'), 2);
  assert.equal(looksFor('other.test'), 1);
  assert.equal(looksFor(null), 1);
});

test('routes of one object and one priority are tried in the order in which they stand in it', () => {
  const order = [10, 2, 1].map((index) => planTcpRoute({}, index)).sort(byTcpPrecedence);
  assert.deepEqual(
    order.map(({ id }) => id.split('/').at(-1)),
    ['1', '2', '10'],
  );
});

test('a rule is indexed by the hosts of which it needs one, and by no host where it does not say', () => {
  const host = (name: string) => ({ kind: 'hostSni' as const, host: name });
  const alpn = { kind: 'alpn' as const, protocol: 'h2' };
  assert.deepEqual(tcpHostsOf({ kind: 'and', rules: [host('*'), host('a.test'), alpn] }), ['a.test']);
  assert.deepEqual(tcpHostsOf({ kind: 'or', rules: [host('a.test'), host('*.b.test')] }), [
    'a.test',
    '*.b.test',
  ]);
  assert.deepEqual(tcpHostsOf({ kind: 'or', rules: [host('a.test'), alpn] }), ['*']);
  assert.deepEqual(tcpHostsOf({ kind: 'not', rule: host('a.test') }), ['*']);
});

test('only the rule that takes every host is a catch-all', () => {
  assert.equal(isTcpCatchAll({ kind: 'hostSni', host: '*' }), true);
  assert.equal(isTcpCatchAll({ kind: 'hostSni', host: '*.test' }), false);
  assert.equal(
    isTcpCatchAll({
      kind: 'and',
      rules: [
        { kind: 'hostSni', host: '*' },
        { kind: 'alpn', protocol: 'h2' },
      ],
    }),
    false,
  );
});
