import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { statusPatch } from '../../../src/kube/status-patch.ts';
import { createStatusWriter, type StatusWriter } from '../../../src/kube/status-writer.ts';
import type { KnownStatus } from '../../../src/kube/store.ts';
import { createTransport } from '../../../src/kube/transport.ts';
import type { ObjectReference } from '../../../src/model/object-reference.ts';
import type { ConditionsStatus, LoadBalancerStatus } from '../../../src/model/object-status.ts';
import { FakeClock } from './fake-clock.ts';
import { kindOf } from './harness.ts';
import { type Asked, json, MiniApi, status } from './mini-api.ts';
import { notingLog } from './notes.ts';
import { until, untilAdvancing } from './until.ts';

const routeKind = kindOf('IngressRoute');
const ingressKind = kindOf('Ingress');

function route(name: string): ObjectReference {
  return { apiVersion: routeKind.apiVersion, kind: 'IngressRoute', namespace: 'n', name };
}

function accepted(name: string, value: 'True' | 'False' = 'True', observedGeneration = 1): ConditionsStatus {
  const condition = {
    type: 'Accepted',
    status: value,
    reason: 'R',
    message: 'm',
    observedGeneration,
  } as const;
  return { kind: 'conditions', object: route(name), conditions: [condition] };
}

function addresses(...list: readonly string[]): LoadBalancerStatus {
  const object = { apiVersion: ingressKind.apiVersion, kind: 'Ingress', namespace: 'n', name: 'i' };
  return { kind: 'loadBalancer', object, addresses: list };
}

describe('statusPatch', () => {
  const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

  it('writes conditions with the time of their change, and moves that only with their status', () => {
    const first = statusPatch(accepted('a'), null, false, now);
    const time = '2026-01-02T03:04:05Z';
    assert.deepEqual(first, {
      status: { conditions: [{ ...accepted('a').conditions[0], lastTransitionTime: time }] },
    });
    const standing = (first as { status: unknown }).status;
    assert.equal(statusPatch(accepted('a'), standing, false, now + 60_000), null);
    const timeOf = (patch: unknown) =>
      (patch as { status: { conditions: { lastTransitionTime: string }[] } }).status.conditions[0]
        ?.lastTransitionTime;
    assert.equal(timeOf(statusPatch(accepted('a', 'True', 2), standing, false, now + 60_000)), time);
    assert.equal(
      timeOf(statusPatch(accepted('a', 'False'), standing, false, now + 60_000)),
      '2026-01-02T03:05:05Z',
    );
  });

  it('speaks of its own conditions only, and compares no others', () => {
    const foreign = { type: 'Verified', status: 'True', by: 'someone' };
    const patch = statusPatch(accepted('a'), { conditions: [foreign, 7] }, false, now);
    const { conditions } = (patch as { status: { conditions: { type: string }[] } }).status;
    assert.deepEqual(
      conditions.map(({ type }) => type),
      ['Accepted'],
    );
    assert.equal(statusPatch(accepted('a'), { conditions: [foreign, ...conditions] }, false, now), null);
  });

  it('writes the details that are wanted, where one of them differs', () => {
    const details = {
      hosts: 'a.test',
      entryPoints: 'web',
      routes: [{ index: 1, reason: 'R', message: 'm' }],
    };
    const wanted = { ...accepted('a'), details };
    const patch = statusPatch(wanted, null, false, now) as { status: object };
    assert.deepEqual({ ...patch.status, conditions: [] }, { ...details, conditions: [] });
    assert.equal(statusPatch(wanted, { ...patch.status, note: 'of somebody else' }, true, now), null);
    assert.notEqual(statusPatch(wanted, { ...patch.status, hosts: 'b.test' }, true, now), null);
  });

  it('takes away what is its own, and nothing where nothing is', () => {
    const none = { kind: 'none', object: route('a') } as const;
    assert.deepEqual(statusPatch(none, { conditions: [] }, true, now), {});
    assert.equal(statusPatch(none, { conditions: [] }, false, now), null);
  });

  it('takes any shape for what stands there', () => {
    for (const nonsense of [null, 7, 'x', [], { conditions: 'x' }, { conditions: [null, []] }]) {
      assert.notEqual(statusPatch(accepted('a'), nonsense, false, now), null);
    }
  });

  it('writes addresses by their kind, and only where the set of them differs', () => {
    const patch = statusPatch(addresses('lb.test', '192.0.2.1', '2001:db8::1'), {}, false, now);
    assert.deepEqual(patch, {
      status: {
        loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { ip: '2001:db8::1' }, { hostname: 'lb.test' }] },
      },
    });
    const standing = { loadBalancer: { ingress: [{ hostname: 'lb.test', ports: [] }, { ip: '192.0.2.1' }] } };
    assert.equal(statusPatch(addresses('192.0.2.1', 'lb.test'), standing, false, now), null);
    assert.equal(statusPatch(addresses(), {}, false, now), null);
    assert.deepEqual(statusPatch(addresses(), standing, false, now), {
      status: { loadBalancer: { ingress: [] } },
    });
  });
});

describe('createStatusWriter', () => {
  let api: MiniApi;
  let clock: FakeClock;
  let log: ReturnType<typeof notingLog>;
  let writer: StatusWriter;
  let known: Map<string, KnownStatus>;
  let bodies: { path: string; contentType: string | undefined; body: Record<string, unknown> }[];
  /** Answers a write; what it returns is the object. */
  let answer: (asked: Asked, response: ServerResponse) => void;

  beforeEach(async () => {
    api = await MiniApi.start();
    clock = new FakeClock();
    log = notingLog();
    known = new Map();
    bodies = [];
    answer = (_, response) => json(response, 200, { metadata: { resourceVersion: '2' }, status: {} });
    api.script = (asked, response) => {
      answer(asked, response);
      return true;
    };
    const transport = createTransport({ credentials: api.credentials, userAgent: 'fairlead/test', clock });
    writer = createStatusWriter({
      transport: {
        ...transport,
        request: (request) => {
          const { method, path, contentType, body } = request;
          if (method === 'PATCH') bodies.push({ path, contentType, body: body as Record<string, unknown> });
          return transport.request(request);
        },
      },
      kinds: [routeKind, ingressKind],
      fieldManager: 'fairlead',
      known: ({ kind, name }) => known.get(`${kind}/${name}`),
      log,
      clock,
      random: () => 0.5,
    });
  });

  afterEach(async () => {
    writer.stop();
    await writer.idle();
    await api.close();
    assert.equal(clock.pending, 0, 'no timer is left');
  });

  function knows(name: string, resourceVersion = '1', value: unknown = null): void {
    known.set(`IngressRoute/${name}`, { status: value, resourceVersion, managers: '' });
  }

  it('writes what differs, for the version it knows, and nothing where it says so already', async () => {
    knows('a');
    knows('b', '1', { conditions: [{ ...accepted('b').conditions[0], lastTransitionTime: 'x' }] });
    writer.want([accepted('a'), accepted('b')]);
    await writer.idle();
    assert.equal(bodies.length, 1);
    assert.equal(bodies[0]?.path, '/apis/fairlead.dev/v1alpha1/namespaces/n/ingressroutes/a/status');
    assert.equal(bodies[0]?.contentType, 'application/apply-patch+yaml');
    assert.deepEqual(bodies[0]?.body.metadata, { name: 'a', namespace: 'n', resourceVersion: '1' });
    assert.equal(api.asked[0]?.query.get('force'), 'true');
    assert.equal(api.asked[0]?.query.get('fieldManager'), 'fairlead');
  });

  it('remembers what it wrote until the watch tells of it', async () => {
    knows('a');
    answer = (_, response) =>
      json(response, 200, {
        metadata: { resourceVersion: '2' },
        status: { conditions: accepted('a').conditions },
      });
    writer.want([accepted('a')]);
    await writer.idle();
    writer.want([accepted('a')]);
    await writer.idle();
    assert.equal(bodies.length, 1);
    knows('a', '3', { conditions: [] });
    writer.want([accepted('a')]);
    await writer.idle();
    assert.equal(bodies.length, 2, 'someone else took it away');
  });

  it('reads an object that it does not know, and drops one that went', async () => {
    answer = ({ method, path }, response) => {
      if (path.includes('/gone')) return status(response, 404, 'NotFound');
      json(response, 200, { metadata: { resourceVersion: method === 'GET' ? '7' : '8' } });
    };
    writer.want([accepted('a'), accepted('gone')]);
    await writer.idle();
    assert.deepEqual(
      bodies.map(({ body }) => body.metadata),
      [{ name: 'a', namespace: 'n', resourceVersion: '7' }],
    );
    assert.equal(log.notes.length, 0);
  });

  it('writes to an object that was deleted and made again', async () => {
    knows('a', '1');
    answer = (_, response) => status(response, 404, 'NotFound');
    writer.want([accepted('a')]);
    await writer.idle();
    writer.want([accepted('a')]);
    await writer.idle();
    assert.equal(bodies.length, 1);
    knows('a', '5');
    answer = (_, response) => json(response, 200, { metadata: { resourceVersion: '6' } });
    writer.want([accepted('a')]);
    await writer.idle();
    assert.equal(bodies.length, 2);
  });

  it('reads again after a conflict and writes to what stands there now', async () => {
    knows('a');
    const foreign = { type: 'Verified', status: 'True' };
    answer = ({ method }, response) => {
      if (method === 'PATCH' && bodies.length === 1) return status(response, 409, 'Conflict');
      json(response, 200, { metadata: { resourceVersion: '5' }, status: { conditions: [foreign] } });
    };
    writer.want([accepted('a')]);
    await writer.idle();
    assert.equal(bodies.length, 2);
    assert.equal((bodies[1]?.body.metadata as { resourceVersion: string }).resourceVersion, '5');
  });

  it('writes at most four at a time, and of several wishes for one object only the last', async () => {
    const open: ServerResponse[] = [];
    answer = (_, response) => open.push(response);
    for (let index = 0; index < 20; index += 1) knows(`r${index}`);
    const all = Array.from({ length: 20 }, (_, index) => accepted(`r${index}`));
    writer.want(all);
    writer.want(all.map(({ object }) => accepted(object.name, 'False')));
    await until('four are open', () => open.length === 4);
    assert.equal(writer.pending, 24, 'the four in flight were already overtaken');
    answer = (_, response) => json(response, 200, { metadata: { resourceVersion: '2' } });
    for (const response of open) json(response, 200, { metadata: { resourceVersion: '2' } });
    await writer.idle();
    assert.equal(bodies.length, 24);
  });

  it('never writes the same object twice at a time', async () => {
    const open: ServerResponse[] = [];
    answer = (_, response) => open.push(response);
    knows('a');
    writer.want([accepted('a')]);
    await until('the first is open', () => open.length === 1);
    writer.want([accepted('a', 'False')]);
    assert.equal(bodies.length, 1);
    for (const response of open) json(response, 200, { metadata: { resourceVersion: '2' } });
    await until('the second is open', () => open.length === 2);
    assert.equal((bodies[1]?.body.metadata as { resourceVersion: string }).resourceVersion, '2');
  });

  it('tries again after errors, waiting longer each time, and says so once', async () => {
    knows('a');
    let failures = 0;
    answer = (_, response) => {
      failures += 1;
      if (failures <= 4) return status(response, 503, 'ServiceUnavailable');
      json(response, 200, { metadata: { resourceVersion: '2' } });
    };
    writer.want([accepted('a')]);
    await untilAdvancing(clock, 'it is written', () => writer.pending === 0);
    assert.equal(bodies.length, 5);
    assert.equal(log.notes.length, 1);
  });

  it('lets other kinds go on while one is forbidden', async () => {
    knows('a');
    known.set('Ingress/i', { status: null, resourceVersion: '1', managers: '' });
    answer = ({ path }, response) => {
      if (path.includes('ingressroutes')) return status(response, 403, 'Forbidden');
      json(response, 200, { metadata: { resourceVersion: '2' } });
    };
    writer.want([accepted('a')]);
    await until('it waits', () => log.notes.length === 1);
    writer.want([addresses('192.0.2.1')]);
    await until('the other is written', () => writer.pending === 1);
    assert.ok(bodies.some(({ path }) => path.endsWith('/ingresses/i/status')));
  });

  it('does not ask again for what the server refuses for good, until something changes', async () => {
    knows('a');
    answer = (_, response) => status(response, 422, 'Invalid');
    writer.want([accepted('a')]);
    await writer.idle();
    writer.want([accepted('a')]);
    await writer.idle();
    assert.equal(bodies.length, 1);
    writer.want([accepted('a', 'False')]);
    await writer.idle();
    knows('a', '2');
    writer.want([accepted('a', 'False')]);
    await writer.idle();
    assert.equal(bodies.length, 3);
  });

  it('stops at once', async () => {
    knows('a');
    knows('b');
    answer = () => {};
    writer.want([accepted('a'), accepted('b')]);
    await until('it was asked', () => api.asked.length === 2);
    writer.stop();
    await writer.idle();
    writer.want([accepted('a')]);
    assert.equal(writer.pending, 0);
  });

  it('forgets everything at once when told to, and begins anew when asked again', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) knows(name);
    answer = () => {};
    writer.want(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => accepted(name)));
    await until('four are open', () => api.asked.length === 4);
    writer.clear();
    await writer.idle();
    assert.equal(writer.pending, 0);
    assert.equal(api.asked.length, 4, 'what waited was never sent');
    answer = (_, response) => json(response, 200, { metadata: { resourceVersion: '2' } });
    writer.want([accepted('a')]);
    await writer.idle();
    assert.equal(api.asked.length, 5);
  });

  it('writes nothing for ten thousand objects that say so already', async () => {
    const standing = { conditions: [{ ...accepted('x').conditions[0], lastTransitionTime: 'x' }] };
    const names = Array.from({ length: 10_000 }, (_, index) => `r${index}`);
    for (const name of names) knows(name, '1', standing);
    writer.want(names.map((name) => accepted(name)));
    await writer.idle();
    assert.equal(api.asked.length, 0);
  });

  it('leaves kinds alone that are not its own', async () => {
    writer.want([{ ...accepted('a'), object: { ...route('a'), apiVersion: 'other/v1' } }]);
    await writer.idle();
    assert.equal(api.asked.length, 0);
  });
});
