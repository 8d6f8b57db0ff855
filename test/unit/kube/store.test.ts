import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { trimObject } from '../../../src/api/trim.ts';
import { ClusterCache } from '../../../src/kube/cluster-cache.ts';
import { sameJson } from '../../../src/kube/same-json.ts';
import type { KubeObject } from '../../../src/model/cluster.ts';
import { silentLog } from '../../../src/model/log.ts';
import { formatReference } from '../../../src/model/object-reference.ts';
import { kindOf } from './harness.ts';

const sliceKind = kindOf('EndpointSlice');

interface Slice {
  readonly namespace: string;
  readonly name: string;
  readonly service: string | null;
  readonly address: string;
  readonly version: number;
}

function rawOf({ namespace, name, service, address, version }: Slice) {
  const labels = service === null ? {} : { labels: { 'kubernetes.io/service-name': service } };
  return {
    metadata: { namespace, name, resourceVersion: String(version), ...labels },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address] }],
  };
}

function objectOf(slice: Slice): KubeObject {
  const trimmed = trimObject(sliceKind, rawOf(slice));
  assert.ok(trimmed.kind === 'trimmed');
  return trimmed.object;
}

const slices = fc.record({
  namespace: fc.constantFrom('a', 'b', 'a-b'),
  name: fc.constantFrom('x', 'y', 'z', 'a/b', 'X'),
  service: fc.constantFrom('s', 't', null),
  address: fc.constantFrom('10.0.0.1', '10.0.0.2'),
  version: fc.nat(),
});

const steps = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), slice: slices }),
  fc.record({ kind: fc.constant('remove' as const), slice: slices }),
  fc.record({ kind: fc.constant('replace' as const), all: fc.array(slices, { maxLength: 6 }) }),
);

describe('ClusterCache', () => {
  it('agrees with a plain map after any events, tells of each change once and of nothing else', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 30 }), (schedule) => {
        const told: string[] = [];
        const cache = new ClusterCache({
          kinds: [sliceKind],
          log: silentLog,
          onChange: (changes) => told.push(...changes.map(({ object }) => formatReference(object))),
        });
        const sink = cache.sink(sliceKind, '');
        let plain = new Map<string, Slice>();
        for (const step of schedule) {
          const before = new Map(plain);
          const listed = cache.list('EndpointSlice');
          const copy = [...listed];
          told.length = 0;
          if (step.kind === 'set') {
            plain.set(key(step.slice), step.slice);
            sink.set(rawOf(step.slice));
          } else if (step.kind === 'remove') {
            plain.delete(key(step.slice));
            sink.remove(rawOf(step.slice));
          } else {
            plain = new Map(step.all.map((slice) => [key(slice), slice]));
            const snapshot = sink.snapshot();
            for (const slice of step.all) snapshot.add(rawOf(slice));
            snapshot.commit(0);
          }
          sink.flush(0);
          expectSame(cache, plain);
          assert.deepEqual(told, differences(before, plain));
          assert.deepEqual(listed, copy, 'a list that was given out stays');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same list until something changes, and the same object while it says the same', () => {
    const cache = new ClusterCache({ kinds: [sliceKind], log: silentLog, onChange: () => {} });
    const sink = cache.sink(sliceKind, '');
    const slice = { namespace: 'a', name: 'x', service: 's', address: '10.0.0.1', version: 1 };
    sink.set(rawOf(slice));
    const list = cache.list('EndpointSlice');
    const ofService = cache.endpointSlicesOf('a', 's');
    sink.set(rawOf({ ...slice, version: 2 }));
    assert.equal(cache.list('EndpointSlice'), list);
    assert.equal(cache.endpointSlicesOf('a', 's'), ofService);
    assert.equal(cache.get('EndpointSlice', 'a', 'x'), list[0]);
    assert.equal(
      cache.knownStatus({ apiVersion: '', kind: 'EndpointSlice', namespace: 'a', name: 'x' })
        ?.resourceVersion,
      '2',
    );
  });

  it('has nothing of kinds and objects that it does not know', () => {
    const cache = new ClusterCache({ kinds: [], log: silentLog, onChange: () => {} });
    assert.deepEqual(cache.list('Pod'), []);
    assert.equal(cache.get('Pod', '', 'constructor'), undefined);
    assert.deepEqual(cache.endpointSlicesOf('a', '__proto__'), []);
  });
});

function key({ namespace, name }: Slice): string {
  return JSON.stringify([namespace, name]);
}

function expectSame(cache: ClusterCache, plain: ReadonlyMap<string, Slice>): void {
  const sorted = [...plain.values()].sort(bySlice);
  assert.deepEqual(cache.list('EndpointSlice'), sorted.map(objectOf));
  for (const namespace of ['a', 'b', 'a-b']) {
    for (const service of ['s', 't']) {
      const wanted = sorted.filter((slice) => slice.namespace === namespace && slice.service === service);
      assert.deepEqual(cache.endpointSlicesOf(namespace, service), wanted.map(objectOf));
    }
  }
}

function differences(
  before: ReadonlyMap<string, Slice>,
  after: ReadonlyMap<string, Slice>,
): readonly string[] {
  const all = new Map([...before, ...after]);
  const changed = [...all.values()].filter((slice) => {
    const [old, now] = [before.get(key(slice)), after.get(key(slice))];
    return old?.service !== now?.service || old?.address !== now?.address;
  });
  return changed.sort(bySlice).map(({ namespace, name }) => `EndpointSlice/${namespace}/${name}`);
}

function bySlice(left: Slice, right: Slice): number {
  const a = [left.namespace, left.name];
  const b = [right.namespace, right.name];
  if (a[0] !== b[0]) return (a[0] ?? '') < (b[0] ?? '') ? -1 : 1;
  return (a[1] ?? '') < (b[1] ?? '') ? -1 : Number(a[1] !== b[1]);
}

describe('sameJson', () => {
  it('holds for a copy, whatever the order of fields, and not for another value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 4 }), (left, right) => {
        const copy: unknown = JSON.parse(JSON.stringify(left));
        const plain: unknown = JSON.parse(JSON.stringify(left));
        assert.equal(sameJson(plain, reversed(copy)), true);
        const other: unknown = JSON.parse(JSON.stringify(right));
        assert.equal(sameJson(plain, other), canonical(plain) === canonical(other));
      }),
    );
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([field, child]) => [field, reversed(child)]),
  );
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([field, child]) => `${JSON.stringify(field)}:${canonical(child)}`,
  );
  return `{${fields.sort().join(',')}}`;
}
