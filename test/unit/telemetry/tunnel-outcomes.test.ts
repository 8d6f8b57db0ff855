import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '../../../src/model/outcome.ts';
import type { MetricRow } from '../../../src/model/thread-message.ts';
import { createCounterBuffer } from '../../../src/telemetry/counter-cells.ts';
import { ThreadRecorder } from '../../../src/telemetry/thread-recorder.ts';
import { outcome } from './outcomes.ts';

/** The families that an outcome begins rows of, sorted. */
function familiesOf(change: Partial<Outcome>): string[] {
  const rows: MetricRow[] = [];
  const recorder = new ThreadRecorder(createCounterBuffer(), (begun) => rows.push(...begun));
  recorder.finished(outcome({ service: null, ...change }));
  recorder.planChanged({
    generation: 1,
    since: 0,
    routes: { set: [], removed: [] },
    services: { set: [], removed: [] },
    middlewares: { set: [], removed: [] },
  });
  return rows.map(({ family }) => family).toSorted();
}

const none = { set: [], removed: [] };
const counted = ['fairlead_entrypoint_requests_total', 'fairlead_route_requests_total'];
const timed = ['fairlead_entrypoint_request_duration_seconds', 'fairlead_route_request_duration_seconds'];

test('a tunnel is counted as a request, and leaves durations alone', () => {
  assert.deepEqual(familiesOf({}), [...counted, ...timed].toSorted());
  assert.deepEqual(familiesOf({ status: 101 }), counted);
});

test('connections of TCP and sessions of UDP are counted by protocol, and leave durations alone', () => {
  for (const protocol of ['tcp', 'udp'] as const) {
    const rows: MetricRow[] = [];
    const recorder = new ThreadRecorder(createCounterBuffer(), (begun) => rows.push(...begun));
    recorder.connectionOpened('web', protocol);
    recorder.finished(outcome({ protocol, method: '', status: 0, service: 'default/db:1', upstreamMs: 1 }));
    recorder.planChanged({ generation: 1, since: 0, routes: none, services: none, middlewares: none });
    assert.deepEqual(rows.map(({ family }) => family).toSorted(), [
      'fairlead_entrypoint_open_connections',
      ...counted,
      'fairlead_service_request_duration_seconds',
      'fairlead_service_requests_total',
    ]);
    const labels = rows.flatMap((row) => row.labels.protocol ?? []);
    assert.deepEqual(labels, [protocol, protocol]);
  }
});

test('a connection that ends after its route has gone counts for its entry point only', () => {
  const rows: MetricRow[] = [];
  const recorder = new ThreadRecorder(createCounterBuffer(), (begun) => rows.push(...begun));
  const gone = { set: [], removed: ['IngressRouteTCP/default/db/0'] };
  const delta = { generation: 1, since: 0, routes: none, services: none, middlewares: none };
  recorder.planChanged({ ...delta, tcpRoutes: gone });
  recorder.finished(outcome({ protocol: 'tcp', status: 0, route: gone.removed[0] ?? null, service: null }));
  recorder.planChanged(delta);
  assert.deepEqual(
    rows.map(({ family }) => family),
    ['fairlead_entrypoint_requests_total'],
  );
});

test('only an answer of our own is a refusal: what broke off later is not', () => {
  const refused = 'fairlead_requests_refused_total';
  assert.ok(familiesOf({ status: 502, reason: 'UpstreamReset' }).includes(refused));
  assert.ok(familiesOf({ status: 499, reason: 'ClientClosed' }).includes(refused));
  assert.ok(!familiesOf({ status: 200, reason: 'UpstreamReset' }).includes(refused));
  assert.ok(!familiesOf({ status: 101, reason: 'ClientClosed' }).includes(refused));
});
