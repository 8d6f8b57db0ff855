import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { PlanRoute } from '../../../src/model/plan.ts';
import type { RequestView } from '../../../src/model/request-view.ts';
import type { Rule } from '../../../src/model/rule.ts';
import { ambiguityAmong } from '../../../src/routing/ambiguity.ts';
import { matchLinear } from '../../../src/routing/linear.ts';
import { specificityOf } from '../../../src/routing/precedence.ts';
import { readingsOf } from '../../../src/routing/readings.ts';
import { requestPath } from '../../../src/routing/request-path.ts';
import { Table } from '../../../src/routing/table.ts';

const host = (name: string): Rule => ({ kind: 'host', host: name });
const prefix = (path: string, elements = false): Rule => ({ kind: 'pathPrefix', prefix: path, elements });
const all = (...rules: readonly Rule[]): Rule => ({ kind: 'and', rules });

interface Sketch {
  readonly rule: Rule;
  readonly middlewares?: readonly string[];
  readonly fails?: boolean;
  readonly priority?: number;
}

function planned({ rule, middlewares = [], fails = false, priority }: Sketch, index: number): PlanRoute {
  const target = { service: 'default/s:80', weight: 1, scheme: 'http', passHostHeader: true } as const;
  return {
    id: `IngressRoute/default/r/${index}`,
    object: { apiVersion: 'fairlead.dev/v1alpha1', kind: 'IngressRoute', namespace: 'default', name: 'r' },
    path: `spec.routes[${index}]`,
    match: '',
    rule,
    priority: priority ?? JSON.stringify(rule).length,
    specificity: specificityOf(rule),
    createdAt: '',
    entryPoints: ['web'],
    tls: null,
    middlewares,
    action: fails
      ? { kind: 'fail', status: 500, reason: 'ServiceNotFound' }
      : { kind: 'forward', targets: [target] },
  };
}

function view(path: string, name = 'a.test'): RequestView {
  const rest = { entryPoint: 'web', method: 'GET', clientIp: '192.0.2.1', query: '' };
  return { ...rest, host: name, path, header: () => [] };
}

function tableOf(routes: readonly PlanRoute[]): Table<null> {
  const none = { set: [], removed: [] };
  const rest = { services: none, middlewares: none };
  return Table.empty<null>().apply(
    { generation: 1, since: 0, routes: { set: routes, removed: [] }, ...rest },
    () => null,
  );
}

/** `open` where the request passes, `none` where no route takes it, else the reading that it is refused for. */
function verdict(sketches: readonly Sketch[], path: string): string | null {
  const routes = sketches.map(planned);
  const table = tableOf(routes);
  const request = view(requestPath(path) ?? assert.fail(path));
  const found = table.match(request);
  if (found === undefined) return 'none';
  const ambiguity = table.ambiguity(request, found.route);
  assert.deepEqual(ambiguityAmong(routes, request, found.route), ambiguity);
  return ambiguity === null ? 'open' : ambiguity.reading;
}

const guarded: readonly Sketch[] = [
  { rule: all(host('a.test'), prefix('/')) },
  { rule: all(host('a.test'), prefix('/admin')), middlewares: ['default/auth'] },
];

describe('Table.ambiguity', () => {
  for (const path of [
    '/x%2F..%252Fadmin',
    '//admin',
    '/%2Fadmin',
    '/ADMIN',
    '/;x/admin',
    '/%252e/admin',
    '/%255Cadmin',
  ]) {
    it(`refuses ${path} where /admin has a middleware that / lacks`, () => {
      assert.equal(verdict(guarded, path), '/admin');
    });
  }

  for (const path of [
    '/',
    '/a%2Fb',
    '/a;x=1/b',
    '/a//b',
    '/Admi',
    '/100%25',
    '/x/admin',
    '/admin%2F..x',
    '/admin//x',
    '/admin;x',
  ]) {
    it(`lets ${path} pass there, however it is read`, () => assert.equal(verdict(guarded, path), 'open'));
  }

  it('refuses nothing where all routes have the same middlewares, in whatever order', () => {
    const routes = [
      { rule: all(host('a.test'), prefix('/')), middlewares: ['a', 'b'] },
      { rule: all(host('a.test'), prefix('/admin')), middlewares: ['b', 'a'] },
      { rule: all(host('b.test'), prefix('/admin')), middlewares: ['c'] },
    ];
    for (const path of ['//admin', '/x%2F..%252Fadmin', '/ADMIN'])
      assert.equal(verdict(routes, path), 'open');
  });

  it('refuses nothing where the chosen route does more than the other', () => {
    const routes = [
      { rule: prefix('/'), middlewares: ['auth', 'log'] },
      { rule: prefix('/admin'), middlewares: ['auth'] },
    ];
    assert.equal(verdict(routes, '//admin'), 'open');
  });

  it('takes a route that fails closed for the strictest of all', () => {
    const routes = [{ rule: prefix('/') }, { rule: prefix('/admin'), fails: true }];
    assert.equal(verdict(routes, '//admin'), '/admin');
    assert.equal(
      verdict(
        [
          { rule: prefix('/'), fails: true },
          { rule: prefix('/admin'), middlewares: ['auth'] },
        ],
        '//admin',
      ),
      'open',
    );
  });

  it('compares routes of any host and of wildcards with those of the host', () => {
    const routes = [
      { rule: all(host('a.test'), prefix('/')), priority: 1 },
      { rule: all(host('*.test'), prefix('/wild')), middlewares: ['auth'], priority: 2 },
      { rule: prefix('/any'), middlewares: ['auth'], priority: 2 },
    ];
    assert.equal(verdict(routes, '//wild'), '/wild');
    assert.equal(verdict(routes, '/x%2F..%252F..%252Fany'), '/any');
  });

  it('compares rules written with capitals without regard to case, and keeps them reachable', () => {
    const routes: readonly Sketch[] = [
      { rule: prefix('/'), middlewares: ['auth'] },
      { rule: prefix('/README') },
      { rule: { kind: 'pathRegexp', pattern: '^/README/Secret' }, middlewares: ['auth'], priority: 1000 },
    ];
    assert.equal(verdict(routes, '/README'), 'open');
    assert.equal(verdict(routes, '/README/Secre'), 'open');
    assert.equal(verdict(routes, '/README/secret'), '/readme/secret');
    assert.equal(
      verdict([{ rule: prefix('/') }, { rule: prefix('/Account'), middlewares: ['auth'] }], '/account'),
      '/account',
    );
  });

  it('keeps up with routes that come and go', () => {
    const [open, admin] = guarded.map(planned) as [PlanRoute, PlanRoute];
    const none = { set: [], removed: [] };
    const rest = { services: none, middlewares: none };
    let table = tableOf([open]);
    const request = view('/ADMIN');
    assert.equal(table.ambiguity(request, open), null);
    const capital = { ...admin, rule: prefix('/Admin') };
    for (const [set, removed, refused] of [
      [[admin], [], true],
      [[capital], [], true],
      [[{ ...capital, middlewares: [] }], [], false],
      [[capital], [], true],
      [[], [admin.id], false],
    ] as const) {
      const { generation } = table;
      table = table.apply(
        { generation: generation + 1, since: generation, routes: { set, removed }, ...rest },
        () => null,
      );
      assert.equal(table.ambiguity(request, open) !== null, refused);
    }
  });

  it('judges no path that has too many readings', () => {
    assert.equal(verdict(guarded, '/a;b%2Fc;d//%255Ce%253B%252Ff%253F/%252e%252e//x%2F;y%5Cz%255C'), null);
  });
});

/** RFC 3986 section 5.2.4, step by step. */
function withoutDots(path: string): string {
  let input = path;
  let output = '';
  while (input !== '') {
    const [, dots, rest] = /^\/(\.\.?)(\/.*|)$/.exec(input) ?? [];
    if (dots !== undefined) {
      input = rest === '' ? '/' : (rest ?? '');
      if (dots === '..') output = output.replace(/\/[^/]*$/, '');
      continue;
    }
    const segment = /^\/?[^/]*/.exec(input)?.[0] ?? '';
    output += segment;
    input = input.slice(segment.length);
  }
  return output;
}

/** Written apart from `readings.ts`: every choice of every step, spelled out. */
function everyReading(path: string): ReadonlySet<string> {
  let readings = [path];
  const either = (change: (text: string) => string): void => {
    readings = readings.flatMap((text) => [text, change(text)]);
  };
  const decodeAscii = (text: string): string => {
    let out = '';
    for (let at = 0; at < text.length; at++) {
      const code = text[at] === '%' ? Number(`0x${text.slice(at + 1, at + 3)}`) : Number.NaN;
      if (text.length >= at + 3 && code < 128) {
        out += String.fromCharCode(code);
        at += 2;
      } else out += text[at];
    }
    return out;
  };
  const perSegment = (change: (segment: string) => string) => (text: string) =>
    text.split('/').map(change).join('/');
  either(perSegment((segment) => segment.split(';')[0] ?? ''));
  either(decodeAscii);
  either(decodeAscii);
  either((text) => text.split('\\').join('/'));
  either(perSegment((segment) => segment.split(';')[0] ?? ''));
  either((text) => text.split(';')[0] ?? '');
  either((text) => text.split(/[?#]/)[0] ?? '');
  either((text) =>
    text
      .split('/')
      .filter((segment, index, list) => segment !== '' || index === 0 || index === list.length - 1)
      .join('/')
      .replace(/^$/, '/'),
  );
  either(withoutDots);
  return new Set(readings);
}

function foldedRule(rule: Rule): Rule {
  return JSON.parse(
    JSON.stringify(rule).replace(/(?<="(?:path|prefix)":")[^"]*/g, (text) => text.toLowerCase()),
  );
}

const rulePath = fc.constantFrom('/', '/a', '/A', '/a/b', '/b', '/a/B', '/b/a');
const anyPathRule: fc.Arbitrary<Rule> = fc.oneof(
  fc.record({ kind: fc.constant('path' as const), path: rulePath }),
  fc.record({ kind: fc.constant('pathPrefix' as const), prefix: rulePath, elements: fc.boolean() }),
);
const anySketch: fc.Arbitrary<Sketch> = fc.record({
  rule: fc
    .tuple(fc.constantFrom('a.test', '*.test', '*'), anyPathRule)
    .map(([name, path]) => all(host(name), path)),
  middlewares: fc.subarray(['one', 'two']),
  fails: fc.constantFrom(false, false, false, true),
  priority: fc.nat({ max: 3 }),
});
const piece = fc.constantFrom(
  '/',
  '/',
  'a',
  'b',
  'A',
  '%2f',
  '%252F',
  '%5c',
  '%255c',
  ';',
  '%3b',
  ';x',
  '//',
  '.',
  '%252e',
  '%252e%252e',
  '%3f',
  '%23',
);

describe('a request that passes', () => {
  it('has no reading that leads to a policy its route lacks', () => {
    let refused = 0;
    let passed = 0;
    fc.assert(
      fc.property(
        fc.array(anySketch, { minLength: 1, maxLength: 30 }),
        fc.array(piece, { maxLength: 6 }),
        (sketches, pieces) => {
          const path = requestPath(`/${pieces.join('')}`);
          if (path === null) return;
          const routes = sketches.map(planned);
          const table = tableOf(routes);
          const request = view(path);
          const chosen = table.match(request)?.route;
          if (chosen === undefined) return;
          const lacks = (other: PlanRoute | undefined): boolean =>
            other !== undefined &&
            chosen.action.kind === 'forward' &&
            (other.action.kind === 'fail' ||
              other.middlewares.some((id) => !chosen.middlewares.includes(id)));
          const folded = routes.map((route) => ({ ...route, rule: foldedRule(route.rule) }));
          const isDangerous = [...everyReading(path)].some(
            (reading) =>
              lacks(matchLinear(routes, view(reading))) ||
              lacks(matchLinear(folded, view(reading.toLowerCase()))),
          );
          const isRefused = table.ambiguity(request, chosen) !== null;
          if (isRefused) refused++;
          else passed++;
          if (readingsOf(path) !== null) assert.equal(isRefused, isDangerous, path);
          else assert.ok(isRefused || !isDangerous, path);
        },
      ),
      { numRuns: 4_000 },
    );
    assert.ok(refused > 30 && passed > 30, `${refused} refused, ${passed} passed`);
  });
});
