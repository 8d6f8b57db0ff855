import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Log, silentLog } from '../../../../src/model/log.ts';
import type { PlanDelta } from '../../../../src/model/plan-delta.ts';
import {
  defaultTlsOptions,
  type PlanTlsHost,
  type PlanTlsOptions,
  selfSignedId,
} from '../../../../src/model/plan-tls.ts';
import type { ClientHello } from '../../../../src/proxy/tls/client-hello.ts';
import { KeyPairs } from '../../../../src/proxy/tls/key-pairs.ts';
import { PlanHosts } from '../../../../src/proxy/tls/plan-hosts.ts';
import { TlsPolicies } from '../../../../src/proxy/tls/policies.ts';
import { ticketKeysOf } from '../../../../src/proxy/tls/ticket-keys.ts';
import { pairMaterial, TestAuthority } from '../../../support/tls/certificates.ts';

const authority = await TestAuthority.make();
const own = pairMaterial(await authority.issue(['own']), selfSignedId);
const nothing = { set: [], removed: [] };

function delta(tls: {
  readonly hosts?: readonly PlanTlsHost[];
  readonly removedHosts?: readonly string[];
  readonly options?: readonly PlanTlsOptions[];
}): PlanDelta {
  return {
    since: 0,
    generation: 1,
    routes: nothing,
    services: nothing,
    middlewares: nothing,
    tlsHosts: { set: tls.hosts ?? [], removed: tls.removedHosts ?? [] },
    tlsOptions: { set: tls.options ?? [], removed: [] },
  };
}

function hello(serverName: string | null): ClientHello {
  return { serverName, alpn: [], offersTls13: true, takesEcdsa: true };
}

function host(name: string, options = 'default'): PlanTlsHost {
  return { host: name, certificates: [selfSignedId], options };
}

function policiesOf(log: Log = silentLog, mostKept?: number): TlsPolicies {
  const pairs = new KeyPairs();
  pairs.update([own], []);
  return new TlsPolicies({ pairs, log, ...(mostKept === undefined ? {} : { mostKept }) });
}

test('hosts with the same settings and certificates share one engine', () => {
  const policies = policiesOf();
  const hosts = Array.from({ length: 100_000 }, (_, index) => host(`h${index}.test`));
  policies.applyPlan(delta({ hosts }), true);
  const engines = new Set<unknown>();
  for (let index = 0; index < 100_000; index += 97) engines.add(policies.policyFor(hello(`h${index}.test`)));
  engines.add(policies.policyFor(hello(null)));
  assert.equal(engines.size, 1);
  assert.equal(policies.kept, 1);
});

test('no more engines are kept than may be, and those that are used stay', () => {
  const policies = policiesOf(silentLog, 3);
  const options = Array.from({ length: 10 }, (_, index) => ({
    ...defaultTlsOptions,
    id: `default/o${index}`,
  }));
  const hosts = options.map(({ id }, index) => host(`h${index}.test`, id));
  policies.applyPlan(delta({ hosts, options }), true);
  const first = policies.policyFor(hello('h0.test'));
  for (let index = 1; index < 10; index++) {
    policies.policyFor(hello(`h${index}.test`));
    assert.equal(policies.policyFor(hello('h0.test')), first);
    assert.ok(policies.kept <= 3);
  }
  const second = policies.policyFor(hello('h1.test'));
  assert.notEqual(second, 'TlsHandshakeFailed');
});

test('settings that cannot be had are tried, and told of, once', () => {
  const errors: object[] = [];
  const policies = policiesOf({ ...silentLog, error: (fields) => errors.push(fields) });
  const options = [{ ...defaultTlsOptions, id: 'default/bad', cipherSuites: ['NO-SUCH-SUITE'] }];
  policies.applyPlan(delta({ hosts: [host('a.test', 'default/bad')], options }), true);
  for (let times = 0; times < 3; times++) {
    assert.equal(policies.policyFor(hello('a.test')), 'TlsHandshakeFailed');
  }
  assert.equal(errors.length, 1);
});

test('a plan that comes in pieces holds as a whole from the last one on', () => {
  const policies = policiesOf();
  const strict = { ...defaultTlsOptions, id: 'default/strict', sniStrict: true };
  policies.applyPlan(delta({ hosts: [host('', 'default/strict'), host('a.test')], options: [strict] }), true);
  assert.equal(policies.policyFor(hello('b.test')), 'UnknownHost');
  policies.applyPlan(delta({ removedHosts: [''] }), false);
  policies.applyPlan(delta({ hosts: [host('b.test')] }), false);
  assert.equal(policies.policyFor(hello('b.test')), 'UnknownHost');
  assert.equal(policies.policyFor(hello('c.test')), 'UnknownHost');
  policies.applyPlan(delta({ removedHosts: ['a.test'] }), true);
  assert.equal(typeof policies.policyFor(hello('b.test')), 'object');
  assert.equal(typeof policies.policyFor(hello('c.test')), 'object');
});

test('settings that change, come or go hold for the hosts that name them', () => {
  const policies = policiesOf();
  const open = { ...defaultTlsOptions, id: 'default/x' };
  policies.applyPlan(delta({ hosts: [host('a.test', 'default/x')] }), true);
  assert.equal(policies.policyFor(hello('a.test')), 'TlsHandshakeFailed', 'not there yet');
  policies.applyPlan(delta({ options: [open] }), true);
  const before = policies.policyFor(hello('a.test'));
  assert.equal(typeof before, 'object');
  policies.applyPlan(delta({ options: [{ ...open, maxVersion: 'TLSv1.2' }] }), true);
  assert.notEqual(policies.policyFor(hello('a.test')), before);
  policies.applyPlan({ ...delta({}), tlsOptions: { set: [], removed: ['default/x'] } }, true);
  assert.equal(policies.policyFor(hello('a.test')), 'TlsHandshakeFailed', 'gone');
});

test('settings with the id default hold for all that names none', () => {
  const policies = policiesOf();
  policies.applyPlan(delta({ hosts: [host('a.test')] }), true);
  const failing = { ...defaultTlsOptions, failure: 'SecretNotFound' } as const;
  policies.applyPlan(delta({ options: [failing] }), true);
  for (const name of ['a.test', 'b.test', null]) {
    assert.equal(policies.policyFor(hello(name)), 'TlsHandshakeFailed');
  }
});

test('clients of TCP are offered what they know of our protocols, and PostgreSQL its own', () => {
  const policies = policiesOf();
  const offered = (alpn: readonly string[]): unknown => {
    const policy = policies.policyForTcp({ ...hello('a.test'), alpn }, 'default');
    assert.equal(typeof policy, 'object');
    return policy;
  };
  const usual = offered([]);
  assert.equal(offered(['http/1.1', 'x']), usual);
  assert.notEqual(offered(['postgresql']), usual);
  assert.notEqual(offered(['x']), usual);
  assert.notEqual(offered(['x']), offered(['postgresql']));
});

test('a name finds what a slow reading of the plan finds', () => {
  const label = fc.constantFrom('a', 'b', 'c');
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
  const entry = fc.oneof(
    name,
    name.map((each) => `*.${each}`),
    fc.constant(''),
  );
  const slow = (entries: readonly string[], wanted: string): string | null => {
    if (entries.includes(wanted)) return wanted;
    const wildcard = entries.find((each) => {
      if (!each.startsWith('*.')) return false;
      const parent = each.slice(1);
      return wanted.endsWith(parent) && !wanted.slice(0, -parent.length).includes('.');
    });
    return wildcard ?? (entries.includes('') ? '' : null);
  };
  fc.assert(
    fc.property(fc.uniqueArray(entry, { maxLength: 12 }), name, (entries, wanted) => {
      const hosts = new PlanHosts();
      hosts.apply(delta({ hosts: entries.map((each) => host(each)) }), true);
      assert.equal(hosts.lookup(wanted).host, slow(entries, wanted));
    }),
    { numRuns: 500 },
  );
});

test('keys of tickets differ by seed and by content, and are the same for the same', () => {
  const seed = new Uint8Array(32).fill(1);
  const keys = (own: Uint8Array, content: string) => ticketKeysOf(own, content).ticketKeys?.toString('hex');
  assert.equal(keys(seed, 'a'), keys(new Uint8Array(32).fill(1), 'a'));
  assert.notEqual(keys(seed, 'a'), keys(seed, 'b'));
  assert.notEqual(keys(seed, 'a'), keys(new Uint8Array(32).fill(2), 'a'));
  assert.equal(ticketKeysOf(seed, 'a').ticketKeys?.length, 48);
  assert.equal(ticketKeysOf(null, 'a').ticketKeys, null);
});
