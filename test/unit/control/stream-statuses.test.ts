import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionsOf } from '../../../src/control/conditions.ts';
import { routeDetailsOf } from '../../../src/control/route-details.ts';
import { hasEvents } from '../../../src/control/wanted-events.ts';
import type { KubeObject } from '../../../src/model/cluster.ts';
import { Translator } from '../../../src/translate/translator.ts';
import { MemoryView } from '../translate/memory-view.ts';
import { options, ownObject, service } from '../translate/objects.ts';

const udp = { name: 'dns', host: '', port: 53, tls: false, udp: true };

function fragmentOf(object: KubeObject) {
  const translator = new Translator({ ...options, entryPoints: [...options.entryPoints, udp] });
  const { fragments } = translator.update(new MemoryView([object, service('whoami')]), 'everything');
  const fragment = fragments.find((one) => one.object.name === object.metadata.name);
  assert.ok(fragment);
  return fragment;
}

function verdicts(object: KubeObject): readonly string[] {
  return conditionsOf(fragmentOf(object), true).map(
    ({ type, status, reason }) => `${type} ${status} ${reason}`,
  );
}

function tcp(...services: readonly string[]): KubeObject {
  const routes = services.map((name, index) => ({
    match: `HostSNI(\`h${index}.test\`)`,
    services: [{ name, port: 80 }],
  }));
  return ownObject('IngressRouteTCP', 'r', { tls: { passthrough: true }, routes });
}

test('an IngressRouteTCP that is served is programmed, and its status names hosts and entry points', () => {
  assert.deepEqual(verdicts(tcp('whoami', 'whoami')), [
    'Accepted True Accepted',
    'ResolvedRefs True ResolvedRefs',
    'Programmed True Programmed',
  ]);
  assert.deepEqual(routeDetailsOf(fragmentOf(tcp('whoami', 'whoami'))), {
    hosts: 'h0.test,h1.test',
    entryPoints: 'internal,web',
    routes: [],
  });
});

test('an IngressRouteTCP whose routes are all closed is not programmed, and one of several is counted', () => {
  assert.deepEqual(verdicts(tcp('gone')), [
    'Accepted True Accepted',
    'ResolvedRefs False ServiceNotFound',
    'Programmed False NothingServed',
  ]);
  const [, , programmed] = conditionsOf(fragmentOf(tcp('whoami', 'gone')), true);
  assert.equal(programmed?.status, 'True');
  assert.match(programmed?.message ?? '', /but 1 of 2 routes are closed/);
});

test('an IngressRouteUDP shows its entry points and no hosts', () => {
  const object = ownObject('IngressRouteUDP', 'u', {
    routes: [{ services: [{ name: 'whoami', port: 80 }] }],
  });
  const details = routeDetailsOf(fragmentOf(object));
  assert.deepEqual([details.hosts, details.entryPoints], ['', 'dns']);
  assert.deepEqual(
    details.routes.map(({ reason }) => reason),
    ['ServicePortNotFound'],
  );
});

test('problems of the kinds of TCP and UDP become Events', () => {
  for (const kind of ['IngressRouteTCP', 'IngressRouteUDP', 'MiddlewareTCP', 'ServersTransportTCP']) {
    assert.equal(hasEvents(kind), true, kind);
  }
});
