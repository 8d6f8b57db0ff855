import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchedKinds } from '../../../src/api/kubernetes.ts';
import { trimObject } from '../../../src/api/trim.ts';
import type { KubeObject } from '../../../src/model/cluster.ts';
import { Translator } from '../../../src/translate/translator.ts';
import { TestAuthority } from '../../support/tls/certificates.ts';
import { MemoryView } from './memory-view.ts';
import {
  ingress,
  ingressRoute,
  options,
  ownObject,
  referenceGrant,
  referenceTo,
  service,
} from './objects.ts';

const elsewhere = ownObject(
  'ServersTransport',
  'there',
  { insecureSkipVerify: true },
  { namespace: 'other' },
);
const spellings = ['other/there', 'other-there@kubernetescrd'];

function routeWith(serversTransport: string): KubeObject {
  const services = [{ name: 'web', port: 80, serversTransport }];
  return ingressRoute('site', { routes: [{ match: 'PathPrefix(`/`)', services }] });
}

function ingressWith(serversTransport: string): KubeObject {
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const rules = [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }];
  const annotations = { 'fairlead.dev/servers-transport': serversTransport };
  return ingress('site', { ingressClassName: 'fairlead', rules }, { annotations });
}

function grantOf(kind: string): KubeObject {
  const group = kind === 'Ingress' ? 'networking.k8s.io' : 'fairlead.dev';
  const from = [{ group, kind, namespace: 'default' }];
  return referenceGrant(
    'grant',
    { from, to: [{ group: 'fairlead.dev', kind: 'ServersTransport' }] },
    {
      namespace: 'other',
    },
  );
}

test('a ServersTransport of another namespace takes a grant, in every spelling, and goes with it', () => {
  for (const make of [routeWith, ingressWith]) {
    for (const written of spellings) {
      const referrer = make(written);
      const view = new MemoryView([referrer, elsewhere, service('web')]);
      const translator = new Translator(options);
      translator.update(view, 'everything');
      const grant = grantOf(referrer.kind);
      const transports = () => (translator.plan().transports ?? []).map(({ id }) => id);
      assert.deepEqual(transports(), [], written);
      assert.equal(translator.plan().routes[0]?.action.kind, 'fail');
      assert.ok(translator.diagnostics().some(({ code }) => code === 'CrossNamespaceReference'));
      view.set(grant);
      translator.update(view, [referenceTo(grant)]);
      assert.deepEqual(transports(), ['other/there'], written);
      assert.deepEqual(
        translator
          .diagnostics()
          .map(({ code }) => code)
          .filter((code) => code !== 'NoEndpoints'),
        [],
      );
      view.delete('ReferenceGrant', 'other', 'grant');
      translator.update(view, [referenceTo(grant)]);
      assert.deepEqual(transports(), [], written);
    }
  }
});

function secret(name: string, data: Readonly<Record<string, string>>): KubeObject {
  const kind = watchedKinds.find((one) => one.kind === 'Secret');
  assert.ok(kind !== undefined);
  const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  const metadata = { namespace: 'default', name, uid: name };
  const trimmed = trimObject(kind, { metadata, data: Object.fromEntries(encoded) });
  assert.equal(trimmed.kind, 'trimmed');
  return trimmed.kind === 'trimmed' ? trimmed.object : elsewhere;
}

test('authorities that are exchanged change the transport, and ones that go make its routes fail', async () => {
  const [before, after] = [await TestAuthority.make(), await TestAuthority.make('next')];
  const transport = ownObject('ServersTransport', 'mine', { rootCAs: [{ secret: 'authority' }] });
  const old = secret('authority', { 'ca.crt': before.certificate });
  const view = new MemoryView([routeWith('mine'), transport, service('web'), old]);
  const translator = new Translator(options);
  translator.update(view, 'everything');
  const authorities = () => translator.plan().transports?.[0]?.authorities ?? null;
  const [first] = authorities() ?? [];
  assert.ok(first !== undefined);
  const next = secret('authority', { 'ca.crt': after.certificate });
  view.set(next);
  const { plan } = translator.update(view, [referenceTo(next)]);
  assert.deepEqual(plan.routes.set, [], 'no route is compiled for it');
  assert.equal(plan.transports?.set.length, 1);
  const [second] = authorities() ?? [];
  assert.ok(second !== undefined && second !== first);
  view.delete('Secret', 'default', 'authority');
  translator.update(view, [referenceTo(next)]);
  assert.equal(translator.plan().transports, undefined);
  assert.equal(translator.plan().routes[0]?.action.kind, 'fail');
  const codes = translator.diagnostics().map(({ object, code }) => `${object.kind} ${code}`);
  assert.deepEqual(codes.toSorted(), [
    'IngressRoute ServersTransportInvalid',
    'ServersTransport SecretNotFound',
  ]);
});

test('a transport that fails takes the route of a target without weight along no further', () => {
  const services = [
    { name: 'web', port: 80 },
    { name: 'web', port: 80, serversTransport: 'gone', weight: 0 },
  ];
  const route = ingressRoute('site', { routes: [{ match: 'PathPrefix(`/`)', services }] });
  const translator = new Translator(options);
  translator.update(new MemoryView([route, service('web')]), 'everything');
  assert.equal(translator.plan().routes[0]?.action.kind, 'forward');
});
