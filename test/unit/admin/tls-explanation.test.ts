import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainTls, type KnownCertificate } from '../../../src/admin/tls-explanation.ts';
import { silentLog } from '../../../src/model/log.ts';
import type { Plan, PlanRoute } from '../../../src/model/plan.ts';
import {
  defaultTlsOptions,
  type PlanTlsHost,
  type PlanTlsOptions,
  selfSignedId,
} from '../../../src/model/plan-tls.ts';
import { KeyPairs } from '../../../src/proxy/tls/key-pairs.ts';
import { TlsPolicies } from '../../../src/proxy/tls/policies.ts';
import { pairMaterial, TestAuthority } from '../../support/tls/certificates.ts';

const nothing = { set: [], removed: [] };
const ids = { a: 'a'.repeat(64), wild: 'b'.repeat(64) };
const names: Readonly<Record<string, readonly string[]>> = {
  [ids.a]: ['a.test'],
  [ids.wild]: ['*.w.test', '*.test'],
};
const known: readonly KnownCertificate[] = Object.entries(names).map(([material, of]) => ({
  secret: { apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: `s-${material[0]}` },
  material,
  names: of,
  notAfterMs: 0,
}));

function planOf(hosts: readonly PlanTlsHost[], options: readonly PlanTlsOptions[] = []): Plan {
  return { routes: [], services: [], middlewares: [], tlsHosts: hosts, tlsOptions: options };
}

function entry(host: string, certificates: readonly string[], options = 'default'): PlanTlsHost {
  return { host, certificates, options };
}

function route(tlsOptions?: string): PlanRoute {
  const object = { apiVersion: 'v1', kind: 'IngressRoute', namespace: 'default', name: 'r' };
  return { object, ...(tlsOptions === undefined ? {} : { tlsOptions }) } as PlanRoute;
}

const strict = { ...defaultTlsOptions, sniStrict: true };
const modern = { ...defaultTlsOptions, id: 'default/modern', minVersion: 'TLSv1.3' as const };
const proving = {
  ...defaultTlsOptions,
  id: 'default/proving',
  clientAuth: { mode: 'RequireAndVerifyClientCert' as const, authorities: [] },
};
const broken = { ...defaultTlsOptions, id: 'default/broken', failure: 'SecretNotFound' as const };

const hosts = [
  entry('a.test', [ids.a]),
  entry('*.w.test', [ids.wild]),
  entry('m.w.test', [ids.wild], 'default/modern'),
  entry('closed.test', []),
  entry('own.test', [selfSignedId]),
  entry('proving.test', [ids.a], 'default/proving'),
  entry('broken.test', [ids.a], 'default/broken'),
  entry('lost.test', [ids.a], 'default/lost'),
];
const options = [modern, proving, broken];
const plans = {
  'without an entry for the rest': planOf(hosts, options),
  'with an entry for the rest': planOf([...hosts, entry('', [ids.wild])], options),
  'that is strict about names': planOf(hosts, [...options, strict]),
  'that is strict, with an entry for the rest': planOf(
    [...hosts, entry('', [ids.wild])],
    [...options, strict],
  ),
};
const asked = [...hosts.map(({ host }) => host.replace('*', 'x')), 'deep.x.w.test', 'b.test', 'test', '::1'];

test('a handshake is explained as the proxy threads answer it', async () => {
  const authority = await TestAuthority.make();
  const materials = await Promise.all(
    [...Object.entries(names), [selfSignedId, ['own']] as const].map(async ([id, of]) =>
      pairMaterial(await authority.issue(of), id),
    ),
  );
  const pairs = new KeyPairs();
  pairs.update(materials, []);
  const seen = new Set<string>();
  for (const [title, plan] of Object.entries(plans)) {
    const policies = new TlsPolicies({ pairs, log: silentLog });
    const { tlsHosts = [], tlsOptions = [] } = plan;
    const tls = {
      tlsHosts: { set: tlsHosts, removed: [] },
      tlsOptions: { set: tlsOptions, removed: [] },
    };
    const lists = { routes: nothing, services: nothing, middlewares: nothing };
    policies.applyPlan({ generation: 1, since: 0, ...lists, ...tls }, true);
    for (const urlHost of asked) {
      for (const host of asked) {
        for (const named of [undefined, 'default', 'default/modern', 'default/lost']) {
          const place = `${title}: ${urlHost}, ${host}, ${named}`;
          const explained = explainTls({ urlHost, host, route: route(named) }, plan, known);
          const { serverName } = explained;
          assert.equal(serverName, urlHost === '::1' ? null : urlHost);
          const hello = { serverName, alpn: [], offersTls13: true, takesEcdsa: true };
          const policy = policies.policyFor(hello);
          if (typeof policy === 'string') {
            assert.equal(explained.refused, policy, place);
            assert.equal(typeof explained.because, 'string');
            seen.add(policy);
            continue;
          }
          assert.equal(explained.refused, null, place);
          const isMisdirected = policies.isMisdirected({ serverName, policy }, host, named);
          assert.equal(explained.misdirected !== null, isMisdirected, place);
          assert.equal(explained.selfSigned, policy.certificates === selfSignedId);
          const served = explained.certificates?.map(({ material }) => material);
          const usual = policy.certificates === selfSignedId ? [] : [policy.certificates.slice(0, 12)];
          assert.deepEqual(served, usual, place);
          seen.add(String(isMisdirected));
        }
      }
    }
  }
  assert.deepEqual([...seen].sort(), ['TlsHandshakeFailed', 'UnknownHost', 'false', 'true']);
});

test('the entry that holds, its settings and its certificates are named', () => {
  const plan = plans['with an entry for the rest'];
  const held = (urlHost: string) => {
    const {
      host,
      options: id,
      certificates,
    } = explainTls({ urlHost, host: urlHost, route: null }, plan, known);
    return [host, id, certificates?.map(({ secret }) => secret)];
  };
  assert.deepEqual(held('a.test'), ['a.test', 'default', ['Secret/default/s-a']]);
  assert.deepEqual(held('x.w.test'), ['*.w.test', 'default', ['Secret/default/s-b']]);
  assert.deepEqual(held('m.w.test'), ['m.w.test', 'default/modern', ['Secret/default/s-b']]);
  assert.deepEqual(held('b.test'), ['', 'default', ['Secret/default/s-b']]);
  const without = plans['without an entry for the rest'];
  const { host, selfSigned, certificates } = explainTls(
    { urlHost: 'b.test', host: 'b.test', route: null },
    without,
    known,
  );
  assert.deepEqual([host, selfSigned, certificates], [null, true, []]);
});

test('of several Secrets with one certificate that of the namespace of the route is named', () => {
  const [first] = known;
  assert.ok(first !== undefined);
  const copies = ['aaa', 'default', 'zzz'].map((namespace) => ({
    ...first,
    secret: { ...first.secret, namespace },
    notAfterMs: 86_400_000,
  }));
  const explain = (of: readonly KnownCertificate[]) =>
    explainTls({ urlHost: 'a.test', host: 'a.test', route: route() }, planOf(hosts), of).certificates;
  assert.deepEqual(explain(copies), [
    {
      secret: 'Secret/default/s-a',
      material: 'aaaaaaaaaaaa',
      names: ['a.test'],
      notAfter: '1970-01-02T00:00:00.000Z',
    },
  ]);
  assert.deepEqual(explain([]), [{ secret: null, material: 'aaaaaaaaaaaa', names: [], notAfter: null }]);
});

test('where Secrets cannot be seen nothing is said of what is in them', () => {
  const plan = planOf([entry('a.test', []), entry('b.test', [], 'default/broken')], options);
  for (const host of ['a.test', 'b.test']) {
    const { certificates, refused } = explainTls({ urlHost: host, host, route: route() }, plan, null);
    assert.deepEqual([certificates, refused], [null, null]);
  }
});
