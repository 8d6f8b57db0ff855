import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Translator } from '../../../src/translate/translator.ts';
import { MemoryView } from './memory-view.ts';
import { options, ownObject, referenceGrant, referenceTo, service } from './objects.ts';

const elsewhere = ownObject('ServersTransportTCP', 'there', { dialTimeout: '5s' }, { namespace: 'other' });
const here = ownObject('ServersTransportTCP', 'there', { dialTimeout: '7s' });
const grant = referenceGrant(
  'grant',
  {
    from: [{ group: 'fairlead.dev', kind: 'IngressRouteTCP', namespace: 'default' }],
    to: [{ group: 'fairlead.dev', kind: 'ServersTransportTCP' }],
  },
  { namespace: 'other' },
);

for (const written of ['other/there', 'other-there@kubernetescrd']) {
  test(`a ServersTransportTCP of another namespace, written ${written}, takes a grant and goes with it`, () => {
    const services = [{ name: 'redis', port: 80, serversTransport: written }];
    const referrer = ownObject('IngressRouteTCP', 'redis', {
      entryPoints: ['internal'],
      routes: [{ match: 'HostSNI(`*`)', services }],
    });
    // One of the same name in the namespace of the route is not what was asked for.
    const view = new MemoryView([referrer, elsewhere, here, service('redis')]);
    const translator = new Translator(options);
    translator.update(view, 'everything');
    const isClosed = (): boolean => translator.plan().tcpRoutes?.[0]?.action.kind === 'fail';
    const isTold = (): boolean =>
      translator.diagnostics().some(({ code }) => code === 'CrossNamespaceReference');
    assert.deepEqual([isClosed(), isTold()], [true, true]);
    view.set(grant);
    translator.update(view, [referenceTo(grant)]);
    assert.deepEqual([isClosed(), isTold()], [false, false]);
    view.delete('ReferenceGrant', 'other', 'grant');
    translator.update(view, [referenceTo(grant)]);
    assert.deepEqual([isClosed(), isTold()], [true, true]);
  });
}
