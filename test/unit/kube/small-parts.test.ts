import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Backoff } from '../../../src/kube/backoff.ts';
import { decodeStatus, isExpired } from '../../../src/kube/kube-error.ts';
import { LineSplitter } from '../../../src/kube/line-splitter.ts';
import { publishedAddresses } from '../../../src/kube/publish-service.ts';
import { collectionPath, objectPath } from '../../../src/kube/resource-path.ts';
import { kindOf } from './harness.ts';

describe('LineSplitter', () => {
  it('gives the same lines however the bytes are cut, also within a character', () => {
    const lines = fc.array(
      fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\n', '')),
    );
    fc.assert(
      fc.property(lines, fc.array(fc.nat(40)), (texts, cuts) => {
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        const splitter = new LineSplitter(1_000);
        const seen: string[] = [];
        let from = 0;
        for (const cut of [...cuts, bytes.length]) {
          seen.push(...(splitter.push(bytes.subarray(from, from + cut)) ?? ['too long']));
          from += cut;
        }
        assert.deepEqual(
          seen,
          texts.map((text) => Buffer.from(text).toString()).filter((text) => text !== ''),
        );
      }),
    );
  });

  it('refuses a line that is too long, finished or not', () => {
    assert.deepEqual(new LineSplitter(4).push(Buffer.from('1234\n')), ['1234']);
    assert.equal(new LineSplitter(4).push(Buffer.from('12345\n')), null);
    const splitter = new LineSplitter(4);
    assert.deepEqual(splitter.push(Buffer.from('123')), []);
    assert.equal(splitter.push(Buffer.from('45')), null);
  });
});

describe('Backoff', () => {
  it('begins short, doubles from 0.8 s to 30 s, and begins anew after a healthy time', () => {
    const lowest = new Backoff(() => 0);
    const waits = Array.from({ length: 9 }, () => lowest.next());
    assert.deepEqual(waits, [0, 800, 1600, 3200, 6400, 12_800, 15_000, 15_000, 15_000]);
    const highest = new Backoff(() => 1);
    assert.deepEqual(
      Array.from({ length: 7 }, () => highest.next()),
      [200, 1600, 3200, 6400, 12_800, 25_600, 30_000],
    );
    highest.reset();
    assert.equal(highest.next(), 200);
  });

  it('waits as long as the server asks, but not for ever', () => {
    const backoff = new Backoff(() => 0);
    assert.equal(backoff.next(5_000), 5_000);
    assert.equal(backoff.next(100), 800);
    assert.equal(backoff.next(86_400_000), 300_000);
  });
});

describe('decodeStatus', () => {
  it('reads a Status, and makes the best of anything else', () => {
    const gone = decodeStatus(
      { code: 410, reason: 'Expired', message: 'too old', details: { retryAfterSeconds: 2 } },
      500,
    );
    assert.deepEqual(gone, { code: 410, reason: 'Expired', message: 'too old', retryAfterMs: 2000 });
    assert.equal(isExpired(gone), true);
    for (const nonsense of [null, 7, 'x', [], { code: 'x', reason: 7 }]) {
      const error = decodeStatus(nonsense, 503, '<html>');
      assert.deepEqual(error, {
        code: 503,
        reason: 'ServiceUnavailable',
        message: '<html>',
        retryAfterMs: null,
      });
    }
    assert.equal(decodeStatus({ message: 'x'.repeat(10_000) }, 500).message.length, 501);
  });
});

describe('resource paths', () => {
  it('follow the group, the namespace and the subresource', () => {
    assert.equal(collectionPath(kindOf('Service'), ''), '/api/v1/services');
    assert.equal(collectionPath(kindOf('Ingress'), 'n'), '/apis/networking.k8s.io/v1/namespaces/n/ingresses');
    assert.equal(objectPath(kindOf('IngressClass'), 'n', 'c'), '/apis/networking.k8s.io/v1/ingressclasses/c');
    assert.equal(
      objectPath(kindOf('Service'), 'n', 'a/b', 'status'),
      '/api/v1/namespaces/n/services/a%2Fb/status',
    );
  });
});

describe('publishedAddresses', () => {
  it('reads what a Service can be reached at, sorted, each once', () => {
    const base = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'n' } };
    const of = (fields: object) => publishedAddresses({ ...base, ...fields });
    const ingress = [{ ip: '192.0.2.9' }, { hostname: 'lb.test' }, {}, { ip: '192.0.2.1' }];
    const spec = { type: 'LoadBalancer', externalIPs: ['192.0.2.9', '198.51.100.1'] };
    assert.deepEqual(of({ spec, status: { loadBalancer: { ingress } } }), [
      '192.0.2.1',
      '192.0.2.9',
      '198.51.100.1',
      'lb.test',
    ]);
    assert.deepEqual(
      of({ spec: { type: 'ExternalName', externalName: 'e.test', externalIPs: ['192.0.2.1'] } }),
      ['e.test'],
    );
    assert.deepEqual(of({}), []);
    assert.deepEqual(publishedAddresses(undefined), []);
  });
});
