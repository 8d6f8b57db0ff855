import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { watchedKindOf } from '../../../src/api/kubernetes.ts';
import { trimObject } from '../../../src/api/trim.ts';
import type { KubeObject, NamespaceAccess } from '../../../src/model/cluster.ts';
import { selfSignedId } from '../../../src/model/plan-tls.ts';
import { Translator } from '../../../src/translate/translator.ts';
import { TestAuthority, type TestPair } from '../../support/tls/certificates.ts';
import { MemoryView } from './memory-view.ts';
import { ingress, ingressRoute, options, ownObject, referenceTo, service } from './objects.ts';

let one: TestPair;
let other: TestPair;
let rsa: TestPair;
let authority: TestAuthority;

before(async () => {
  authority = await TestAuthority.make();
  one = await authority.issue(['a.example.com', '*.apps.example.com']);
  other = await authority.issue(['a.example.com']);
  rsa = await authority.issue(['a.example.com'], { keyType: 'rsa' });
});

function secret(
  name: string,
  data: Readonly<Record<string, string>>,
  metadata: { readonly namespace?: string; readonly uid?: string } = {},
): KubeObject {
  const kind = watchedKindOf('v1', 'Secret');
  assert.ok(kind !== undefined);
  const trimmed = trimObject(kind, {
    metadata: { name, namespace: 'default', uid: `uid-${name}`, ...metadata },
    type: 'kubernetes.io/tls',
    stringData: data,
  });
  assert.equal(trimmed.kind, 'trimmed');
  return trimmed.kind === 'trimmed' ? trimmed.object : assert.fail();
}

function pairSecret(name: string, pair: TestPair, metadata = {}): KubeObject {
  return secret(name, { 'tls.crt': pair.certificate, 'tls.key': pair.key }, metadata);
}

function secured(name: string, host: string, tls: object, metadata: object = {}): KubeObject {
  const routes = [{ match: `Host(\`${host}\`)`, services: [{ name: 'web', port: 80 }] }];
  return ingressRoute(name, { routes, tls }, metadata);
}

class Cluster {
  readonly view: MemoryView;
  readonly translator: Translator;

  constructor(
    objects: readonly KubeObject[],
    more: Partial<typeof options> & { ownNamespace?: string } = {},
  ) {
    this.view = new MemoryView([service('web'), ...objects]);
    this.translator = new Translator({ ...options, ...more });
    this.translator.update(this.view, 'everything');
  }

  set(object: KubeObject): void {
    this.view.set(object);
    this.translator.update(this.view, [referenceTo(object)]);
  }

  delete(object: KubeObject): void {
    this.view.delete(object.kind, object.metadata.namespace ?? '', object.metadata.name);
    this.translator.update(this.view, [referenceTo(object)]);
  }

  host(name: string) {
    return this.translator.plan().tlsHosts?.find(({ host }) => host === name);
  }

  certificates(name: string): number | undefined {
    return this.host(name)?.certificates.length;
  }

  codes(): readonly string[] {
    return this.translator.diagnostics().map(({ object, code }) => `${object.kind}/${object.name} ${code}`);
  }
}

test('a host gets the certificate that its IngressRoute names, and its routes take TLS only', () => {
  const cluster = new Cluster([secured('a', 'A.example.com.', { secretName: 's' }), pairSecret('s', one)]);
  assert.deepEqual(cluster.codes(), []);
  assert.equal(cluster.certificates('a.example.com'), 1);
  assert.match(cluster.host('a.example.com')?.certificates[0] ?? '', /^[0-9a-f]{64}$/);
  assert.equal(cluster.translator.plan().routes[0]?.tls, true);
});

test('nothing of a Secret is in the plan, and nothing of its key in anything that is printed', () => {
  const cluster = new Cluster([secured('a', 'a.example.com', { secretName: 's' }), pairSecret('s', one)]);
  const all = JSON.stringify([cluster.translator.plan(), cluster.view.list('Secret')]);
  assert.ok(!all.includes('BEGIN'));
  const { materials } = new Translator(options).update(cluster.view, 'everything');
  assert.equal(materials.set.length, 1);
  assert.ok(!JSON.stringify(materials).includes('BEGIN'));
});

test('a Secret that is not there, does not parse or whose key is another one refuses the handshake for its host', () => {
  const bad: readonly (readonly [string, KubeObject[]])[] = [
    ['SecretNotFound', []],
    ['SecretInvalid', [secret('s', {})]],
    ['SecretInvalid', [secret('s', { 'tls.crt': 'nonsense', 'tls.key': one.key })]],
    ['SecretInvalid', [secret('s', { 'tls.crt': one.certificate, 'tls.key': 'nonsense' })]],
    ['SecretInvalid', [secret('s', { 'tls.crt': one.certificate, 'tls.key': other.key })]],
    [
      'SecretInvalid',
      [
        secret('s', {
          'tls.crt': `${one.certificate}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`,
          'tls.key': one.key,
        }),
      ],
    ],
  ];
  for (const [code, secrets] of bad) {
    const cluster = new Cluster([secured('a', 'a.example.com', { secretName: 's' }), ...secrets]);
    assert.deepEqual(cluster.codes(), [`IngressRoute/a ${code}`]);
    assert.deepEqual(cluster.host('a.example.com')?.certificates, []);
  }
});

test('the last good version of a Secret stays while a new one cannot be used, and goes with the Secret', () => {
  const cluster = new Cluster([secured('a', 'a.example.com', { secretName: 's' }), pairSecret('s', one)]);
  const first = cluster.host('a.example.com')?.certificates;
  const mixed = secret('s', { 'tls.crt': other.certificate, 'tls.key': one.key });
  cluster.set(mixed);
  assert.deepEqual(cluster.host('a.example.com')?.certificates, first);
  assert.deepEqual(cluster.codes(), ['IngressRoute/a SecretInvalid']);
  assert.match(cluster.translator.diagnostics()[0]?.message ?? '', /what it held before stays in use$/);
  cluster.set(pairSecret('s', other));
  assert.notDeepEqual(cluster.host('a.example.com')?.certificates, first);
  assert.equal(cluster.certificates('a.example.com'), 1);
  assert.deepEqual(cluster.codes(), []);
  cluster.delete(mixed);
  assert.equal(cluster.certificates('a.example.com'), 0);
  cluster.set(secret('s', { 'tls.crt': 'x', 'tls.key': 'y' }, { uid: 'made anew' }));
  assert.equal(cluster.certificates('a.example.com'), 0, 'a Secret that is made anew is another one');
});

test('a Secret that is made anew between two updates is another one', () => {
  const cluster = new Cluster([secured('a', 'a.example.com', { secretName: 's' }), pairSecret('s', one)]);
  cluster.set(secret('s', { 'tls.crt': 'x', 'tls.key': 'y' }, { uid: 'made anew' }));
  assert.equal(cluster.certificates('a.example.com'), 0);
});

test('material comes with the first object that names it and goes with the last', () => {
  const view = new MemoryView([service('web'), pairSecret('s', one)]);
  const translator = new Translator(options);
  const a = secured('a', 'a.example.com', { secretName: 's' });
  const b = secured('b', 'b.example.com', { secretName: 's' });
  view.set(a);
  assert.equal(translator.update(view, 'everything').materials.set.length, 1);
  view.set(b);
  assert.equal(translator.update(view, [referenceTo(b)]).materials.set.length, 0);
  view.delete('IngressRoute', 'default', 'a');
  assert.equal(translator.update(view, [referenceTo(a)]).materials.removed.length, 0);
  view.delete('IngressRoute', 'default', 'b');
  assert.equal(translator.update(view, [referenceTo(b)]).materials.removed.length, 1);
});

test('a Secret of a namespace that may not be read is told with the command that allows it', () => {
  class Refusing extends MemoryView {
    state: NamespaceAccess = 'waiting';

    access(): NamespaceAccess {
      return this.state;
    }
  }
  const view = new Refusing([service('web'), secured('a', 'a.example.com', { secretName: 's' })]);
  const translator = new Translator({ ...options, ownNamespace: 'edge' });
  const { referred } = translator.update(view, 'everything');
  assert.deepEqual([...(referred.get('Secret') ?? [])], ['default']);
  assert.deepEqual(translator.diagnostics(), [], 'nothing is known to be wrong yet');
  const changed = { apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: '' };
  view.state = 'refused';
  translator.update(view, [changed]);
  const [told] = translator.diagnostics();
  assert.equal(told?.code, 'SecretForbidden');
  assert.equal(
    told?.hint,
    'kubectl create rolebinding fairlead-secrets --clusterrole=fairlead-secrets --serviceaccount=edge:fairlead --namespace=default',
  );
  view.state = 'open';
  view.set(pairSecret('s', one));
  translator.update(view, [changed]);
  assert.deepEqual(translator.diagnostics(), []);
  assert.equal(translator.plan().tlsHosts?.[0]?.certificates.length, 1);
});

test('certificates of several objects of one namespace stand side by side; nobody else can add or take over', () => {
  const old = { creationTimestamp: '2020-01-01T00:00:00Z' };
  const young = { creationTimestamp: '2024-01-01T00:00:00Z' };
  const cluster = new Cluster([
    secured('a', 'a.example.com', { secretName: 'ec' }, old),
    secured('b', 'a.example.com', { secretName: 'rsa' }, young),
    secured('c', 'a.example.com', { secretName: 'theirs' }, { ...young, namespace: 'tenant' }),
    service('web', [{ port: 80 }], { namespace: 'tenant' }),
    pairSecret('ec', one),
    pairSecret('rsa', rsa),
    pairSecret('theirs', other, { namespace: 'tenant' }),
  ]);
  assert.equal(cluster.certificates('a.example.com'), 2);
  cluster.delete(pairSecret('ec', one));
  assert.equal(cluster.certificates('a.example.com'), 1);
  cluster.delete(pairSecret('rsa', rsa));
  assert.equal(cluster.certificates('a.example.com'), 0, 'not that of another namespace');
});

test('a host without a certificate of its own takes one of its namespace that names it, then that of its wildcard', () => {
  const cluster = new Cluster([
    secured('a', 'a.example.com', { secretName: 's' }),
    secured('b', 'x.apps.example.com', {}),
    secured('w', '*.wild.example.com', { secretName: 's' }),
    secured('c', 'x.wild.example.com', {}),
    secured('d', 'elsewhere.example.com', {}),
    secured('e', 'y.apps.example.com', {}, { namespace: 'tenant' }),
    pairSecret('s', one),
  ]);
  const own = cluster.host('a.example.com')?.certificates;
  assert.deepEqual(cluster.host('x.apps.example.com')?.certificates, own);
  assert.deepEqual(cluster.host('x.wild.example.com')?.certificates, own);
  assert.deepEqual(cluster.host('elsewhere.example.com')?.certificates, [selfSignedId]);
  assert.deepEqual(cluster.host('y.apps.example.com')?.certificates, [selfSignedId], 'of another namespace');
  cluster.set(secured('a', 'a.example.com', {}));
  assert.deepEqual(cluster.host('a.example.com')?.certificates, own, 'the wildcard route offers it still');
  cluster.set(secured('w', '*.wild.example.com', {}));
  assert.deepEqual(cluster.host('x.wild.example.com')?.certificates, [selfSignedId]);
  assert.deepEqual(cluster.host('x.apps.example.com')?.certificates, [selfSignedId]);
});

test('the TLSStore of the own namespace has the default, that of a namespace holds there', () => {
  const store = (namespace: string, secretName: string): KubeObject =>
    ownObject('TLSStore', 'default', { defaultCertificate: { secretName } }, { namespace });
  const cluster = new Cluster(
    [
      secured('a', 'one.test', {}),
      secured('b', 'two.test', {}, { namespace: 'tenant' }),
      store('edge', 's'),
      store('tenant', 's'),
      pairSecret('s', one, { namespace: 'edge' }),
      pairSecret('s', other, { namespace: 'tenant' }),
    ],
    { ownNamespace: 'edge' },
  );
  const general = cluster.host('')?.certificates;
  assert.equal(general?.length, 1);
  assert.deepEqual(cluster.host('one.test')?.certificates, general);
  assert.equal(cluster.certificates('two.test'), 1);
  assert.notDeepEqual(cluster.host('two.test')?.certificates, general);
  cluster.delete(store('tenant', 's'));
  assert.deepEqual(cluster.host('two.test')?.certificates, general);
  cluster.delete(store('edge', 's'));
  assert.deepEqual(cluster.host('one.test')?.certificates, [selfSignedId]);
  assert.equal(cluster.host(''), undefined);
});

test('certificates of a TLSStore answer for their names, for those of its namespace or for all', () => {
  const store = (namespace: string): KubeObject =>
    ownObject('TLSStore', 'default', { certificates: [{ secretName: 's' }] }, { namespace });
  const route = secured('b', 'x.apps.example.com', {}, { namespace: 'tenant' });
  const general = new Cluster([route, store('edge'), pairSecret('s', one, { namespace: 'edge' })], {
    ownNamespace: 'edge',
  });
  assert.notDeepEqual(general.host('x.apps.example.com')?.certificates, [selfSignedId]);
  assert.equal(general.certificates('*.apps.example.com'), 1);
  const local = new Cluster([route, store('third'), pairSecret('s', one, { namespace: 'third' })], {
    ownNamespace: 'edge',
  });
  assert.deepEqual(local.host('x.apps.example.com')?.certificates, [selfSignedId]);
});

test('a TLSOption is translated to what OpenSSL understands', () => {
  const cluster = new Cluster([
    secured('a', 'a.example.com', { options: { name: 'strict' } }),
    ownObject('TLSOption', 'strict', {
      minVersion: 'VersionTLS12',
      maxVersion: 'VersionTLS12',
      cipherSuites: ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256'],
      curvePreferences: ['CurveP384', 'x25519', 'X25519'],
      clientAuth: { secretNames: ['ca'] },
      sniStrict: true,
      alpnProtocols: ['http/1.1', 'acme-tls/1'],
      disableSessionTickets: true,
    }),
    secret('ca', { 'ca.crt': authority.certificate }),
  ]);
  assert.deepEqual(cluster.codes(), []);
  const { tlsOptions = [], routes } = cluster.translator.plan();
  const [planned] = tlsOptions;
  assert.ok(planned !== undefined);
  const { clientAuth, ...rest } = planned;
  assert.deepEqual(rest, {
    id: 'default/strict',
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
    cipherSuites: ['ECDHE-RSA-AES128-GCM-SHA256'],
    curves: ['P-384', 'X25519'],
    alpn: ['http/1.1'],
    sniStrict: true,
    sessionTickets: false,
    failure: null,
  });
  assert.equal(clientAuth.mode, 'RequireAndVerifyClientCert');
  assert.equal(clientAuth.authorities.length, 1);
  assert.equal(cluster.host('a.example.com')?.options, 'default/strict');
  assert.equal(routes[0]?.tlsOptions, 'default/strict');
});

test('a TLSOption that is missing, in error or lacks its Secret fails closed for host and route', () => {
  const bad: readonly (readonly [object[], string])[] = [
    [[], 'TlsOptionNotFound'],
    [[ownObject('TLSOption', 'strict', { minVersion: 'VersionTLS9' })], 'TlsOptionInvalid'],
    [[ownObject('TLSOption', 'strict', { cipherSuites: ['AES'] })], 'TlsOptionInvalid'],
    [[ownObject('TLSOption', 'strict', { curvePreferences: ['P-256'] })], 'TlsOptionInvalid'],
    [
      [ownObject('TLSOption', 'strict', { clientAuth: { clientAuthType: 'RequireAndVerifyClientCert' } })],
      'TlsOptionInvalid',
    ],
    [[ownObject('TLSOption', 'strict', { clientAuth: { secretNames: ['missing'] } })], 'TlsOptionInvalid'],
    [[ownObject('TLSOption', 'strict', { maxVersion: 'VersionTLS11' })], 'TlsOptionInvalid'],
  ];
  for (const [objects, code] of bad) {
    const cluster = new Cluster([
      secured('a', 'a.example.com', { options: { name: 'strict' } }),
      ...(objects as KubeObject[]),
    ]);
    const { routes, tlsOptions = [] } = cluster.translator.plan();
    assert.deepEqual(routes[0]?.action, { kind: 'fail', status: 500, reason: code });
    assert.equal(cluster.host('a.example.com')?.options, 'default/strict');
    assert.notEqual(tlsOptions[0]?.failure, null);
    assert.ok(cluster.codes().includes(`IngressRoute/a ${code}`));
  }
});

test('a TLSOption that only names suites of TLS 1.3 leaves no version below', () => {
  const cluster = new Cluster([
    secured('a', 'a.example.com', { options: { name: 'strict' } }),
    ownObject('TLSOption', 'strict', { cipherSuites: ['TLS_AES_128_GCM_SHA256'] }),
  ]);
  assert.equal(cluster.translator.plan().tlsOptions?.[0]?.minVersion, 'TLSv1.3');
});

test('versions below TLS 1.2 are allowed and told to be weak', () => {
  const cluster = new Cluster([ownObject('TLSOption', 'old', { minVersion: 'VersionTLS10' })]);
  assert.deepEqual(cluster.codes(), ['TLSOption/old WeakTls']);
});

test('of several objects with other settings for one host the oldest decides, and the others are told', () => {
  const option = (name: string): KubeObject => ownObject('TLSOption', name, { sniStrict: true });
  const young = { creationTimestamp: '2024-01-01T00:00:00Z' };
  const first = secured(
    'z',
    'a.example.com',
    { options: { name: 'x' } },
    { creationTimestamp: '2020-01-01T00:00:00Z' },
  );
  const cluster = new Cluster([
    first,
    secured('a', 'a.example.com', { options: { name: 'y' } }, young),
    secured('b', 'a.example.com', {}, { creationTimestamp: '2010-01-01T00:00:00Z' }),
    option('x'),
    option('y'),
  ]);
  assert.equal(cluster.host('a.example.com')?.options, 'default/x');
  const conflicts = (): readonly string[] => cluster.codes().filter((code) => code.endsWith('Conflict'));
  assert.deepEqual(conflicts(), ['IngressRoute/a TlsOptionsConflict']);
  const byId = Object.fromEntries(
    cluster.translator.plan().routes.map((route) => [route.id, route.tlsOptions]),
  );
  assert.deepEqual(byId, {
    'IngressRoute/default/z/0': 'default/x',
    'IngressRoute/default/a/0': 'default/y',
    'IngressRoute/default/b/0': undefined,
  });
  cluster.delete(first);
  assert.equal(cluster.host('a.example.com')?.options, 'default/y');
  assert.deepEqual(conflicts(), []);
});

test('the TLSOption default holds in its namespace, and that of the own namespace wherever no other does', () => {
  const option = (namespace: string): KubeObject => ownObject('TLSOption', 'default', {}, { namespace });
  const cluster = new Cluster(
    [
      secured('a', 'one.test', {}),
      secured('b', 'two.test', { options: { name: 'default' } }, { namespace: 'tenant' }),
      option('edge'),
      option('tenant'),
    ],
    { ownNamespace: 'edge' },
  );
  const optionsOf = (): readonly unknown[] =>
    ['', 'one.test', 'two.test'].map((host) => cluster.host(host)?.options);
  assert.deepEqual(optionsOf(), ['edge/default', 'edge/default', 'tenant/default']);
  cluster.delete(option('tenant'));
  assert.deepEqual(optionsOf(), ['edge/default', 'edge/default', 'edge/default']);
  cluster.delete(option('edge'));
  assert.deepEqual(optionsOf(), [undefined, 'default', 'default']);
});

test('settings of a route whose rule names no host weaken nothing, and that it is told', () => {
  const routes = [{ match: 'PathPrefix(`/x`)', services: [{ name: 'web', port: 80 }] }];
  const cluster = new Cluster([
    ingressRoute('a', { routes, tls: { options: { name: 'x' } } }),
    ownObject('TLSOption', 'x', {}),
  ]);
  assert.deepEqual(cluster.codes(), ['IngressRoute/a TlsOptionsWithoutHost']);
  assert.equal(cluster.translator.plan().tlsHosts, undefined);
  assert.equal(cluster.translator.plan().routes[0]?.tlsOptions, 'default/x');
});

test('an Ingress gets certificates for the hosts of each entry of tls, or for those of its rules', () => {
  const rules = [
    {
      host: 'a.example.com',
      http: {
        paths: [
          { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
        ],
      },
    },
  ];
  const spec = { ingressClassName: 'fairlead', rules };
  const named = [
    { hosts: ['A.example.com', '*.b.test', 'not a host'], secretName: 's' },
    { hosts: ['c.test'] },
  ];
  const cluster = new Cluster([ingress('i', { ...spec, tls: named }), pairSecret('s', one)]);
  assert.deepEqual(cluster.codes(), ['Ingress/i InvalidValue']);
  assert.equal(cluster.certificates('a.example.com'), 1);
  assert.equal(cluster.certificates('*.b.test'), 1);
  assert.deepEqual(cluster.host('c.test')?.certificates, [selfSignedId]);
  assert.equal(cluster.translator.plan().routes[0]?.tls, null, 'it is served in clear text, too');
  const all = new Cluster([ingress('i', { ...spec, tls: [{ secretName: 's' }] }), pairSecret('s', one)]);
  assert.equal(all.certificates('a.example.com'), 1);
});

test('the same objects in any order come to the same hosts', () => {
  const objects = [
    secured('a', 'a.example.com', { secretName: 's', options: { name: 'x' } }),
    secured('b', 'a.example.com', { secretName: 'rsa', options: { name: 'y' } }),
    secured('c', 'x.apps.example.com', {}),
    ownObject('TLSOption', 'x', {}),
    ownObject('TLSOption', 'y', {}),
    pairSecret('s', one),
    pairSecret('rsa', rsa),
    ownObject('TLSStore', 'default', { defaultCertificate: { secretName: 's' } }),
  ];
  const expected = JSON.stringify(new Cluster(objects, { ownNamespace: 'default' }).translator.plan());
  for (let turn = 1; turn < objects.length; turn += 1) {
    const cluster = new Cluster([], { ownNamespace: 'default' });
    for (const object of [...objects.slice(turn), ...objects.slice(0, turn)]) cluster.set(object);
    assert.equal(JSON.stringify(cluster.translator.plan()), expected);
  }
});
