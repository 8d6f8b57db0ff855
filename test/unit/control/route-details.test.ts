import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routeDetailsOf } from '../../../src/control/route-details.ts';
import { wantedEvents } from '../../../src/control/wanted-events.ts';
import { Translator } from '../../../src/translate/translator.ts';
import { MemoryView } from '../translate/memory-view.ts';
import { ingressRoute, options, service } from '../translate/objects.ts';

/** The fragment of an IngressRoute with these rules, whose Service is there. */
function fragmentOf(...matches: readonly string[]) {
  const routes = matches.map((match) => ({ match, services: [{ name: 'whoami', port: 80 }] }));
  const view = new MemoryView([ingressRoute('r', { routes }), service('whoami')]);
  const fragment = new Translator(options)
    .update(view, 'everything')
    .fragments.find(({ object }) => object.kind === 'IngressRoute');
  assert.ok(fragment);
  return fragment;
}

test('the status names the first three hosts in the order of the routes, and how many more there are', () => {
  const details = routeDetailsOf(
    fragmentOf('Host(`z.test`)', 'Host(`b.test`) || Host(`a.test`)', 'Host(`z.test`) && PathPrefix(`/x`)'),
  );
  assert.equal(details.hosts, 'z.test,b.test,a.test');
  const more = routeDetailsOf(
    fragmentOf(...['a', 'b', 'c', 'd', 'e'].map((host) => `Host(\`${host}.test\`)`)),
  );
  assert.equal(more.hosts, 'a.test,b.test,c.test + 2 more');
});

test('a route that names no host is shown as any host', () => {
  assert.equal(routeDetailsOf(fragmentOf('PathPrefix(`/`)')).hosts, '*');
});

test('the status lists the routes with errors, by index, with code, field and remedy, and sixteen at most', () => {
  const { routes } = routeDetailsOf(fragmentOf('Host(`a.test`)', 'Hots(`b.test`)'));
  assert.deepEqual(
    routes.map(({ index, reason }) => [index, reason]),
    [[1, 'InvalidRule']],
  );
  assert.match(routes[0]?.message ?? '', /^spec\.routes\[1\]\.match: /);
  const many = routeDetailsOf(fragmentOf(...Array.from({ length: 40 }, () => 'Hots(`b.test`)')));
  assert.deepEqual(
    many.routes.map(({ index }) => index),
    Array.from({ length: 16 }, (_, index) => index),
  );
});

test('many problems of one code are one Event, which says how many there are', () => {
  const { diagnostics } = fragmentOf(...Array.from({ length: 40 }, () => 'Hots(`b.test`)'));
  const events = wantedEvents(diagnostics);
  assert.equal(events.length, 1);
  assert.equal(events[0]?.field, 'spec.routes[0].match');
  assert.match(events[0]?.note ?? '', /\(and 39 more like it\)$/);
});
