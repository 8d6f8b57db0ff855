import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ServiceEndpoints } from '../../../src/model/endpoint.ts';
import { emptyPlan } from '../../../src/model/plan-delta.ts';
import type { MetricRow } from '../../../src/model/thread-message.ts';
import { metricFamilies } from '../../../src/telemetry/metric-families.ts';
import { createMetrics, type Metrics, type ObservedControl } from '../../../src/telemetry/metrics.ts';
import { ThreadRecorder } from '../../../src/telemetry/thread-recorder.ts';
import { anyOutcome, outcome } from './outcomes.ts';

const build = { version: '1.2.3', node: '26.0.0' };

/** A recorder whose rows come to the metrics as messages do. */
function startThread(metrics: Metrics, index: number): { recorder: ThreadRecorder; batches: MetricRow[][] } {
  const batches: MetricRow[][] = [];
  const recorder = new ThreadRecorder(metrics.addThread(index), (rows) => {
    batches.push(rows);
    metrics.addRows(index, structuredClone(rows));
  });
  return { recorder, batches };
}

/** Lets the rows of this turn be told. */
const told = () => Promise.resolve();

async function samples(metrics: Metrics): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const line of (await metrics.render()).split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const parts = /^([a-z_]+(?:\{[^\n]*\})?) (\S+)$/.exec(line);
    assert.ok(parts, line);
    const [, series = '', value = ''] = parts;
    assert.ok(!found.has(series), `${series} twice`);
    found.set(series, value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value));
  }
  return found;
}

function control(parts: Partial<ObservedControl> = {}): ObservedControl {
  return {
    liveGeneration: 7,
    plan: () => emptyPlan,
    endpoints: () => [],
    diagnosticCounts: () => [],
    certificateEnds: () => [],
    threads: () => [],
    ...parts,
  };
}

describe('what proxy threads count', () => {
  it('is by entry point, route and service', async () => {
    const metrics = createMetrics(build);
    const { recorder } = startThread(metrics, 0);
    recorder.finished(outcome({ retries: 2, durationMs: 20 }));
    recorder.finished(outcome({ status: 503, reason: 'NoEndpoints', upstreamMs: null, method: 'BREW' }));
    recorder.connectionRefused('web', 'BadProxyHeader');
    recorder.connectionRefused('web', 'BadProxyHeader');
    recorder.connectionOpened('web', 'http/1.1');
    recorder.connectionOpened('web', 'http/1.1');
    recorder.connectionClosed('web', 'http/1.1');
    await told();
    const found = await samples(metrics);
    const value = (series: string) => found.get(series);
    const web = 'entrypoint="web",protocol="http/1.1"';
    assert.equal(value(`fairlead_entrypoint_requests_total{${web},method="GET",code="200"}`), 1);
    assert.equal(value(`fairlead_entrypoint_requests_total{${web},method="other",code="503"}`), 1);
    assert.equal(value(`fairlead_entrypoint_open_connections{${web}}`), 1);
    assert.equal(value('fairlead_requests_refused_total{entrypoint="web",reason="NoEndpoints"}'), 1);
    assert.equal(value('fairlead_connections_refused_total{entrypoint="web",reason="BadProxyHeader"}'), 2);
    const route = 'route="IngressRoute/default/shop/0"';
    assert.equal(value(`fairlead_route_requests_total{${route},code="200"}`), 1);
    assert.equal(value(`fairlead_route_request_duration_seconds_bucket{${route},le="0.005"}`), 1);
    assert.equal(value(`fairlead_route_request_duration_seconds_bucket{${route},le="0.025"}`), 2);
    assert.equal(value(`fairlead_route_request_duration_seconds_bucket{${route},le="+Inf"}`), 2);
    assert.equal(value(`fairlead_route_request_duration_seconds_count{${route}}`), 2);
    assert.equal(value(`fairlead_route_request_duration_seconds_sum{${route}}`), 0.02325);
    const service = 'service="default/shop:80"';
    assert.equal(value(`fairlead_service_requests_total{${service},code="503"}`), 1);
    assert.equal(value(`fairlead_service_request_duration_seconds_count{${service}}`), 1);
    assert.equal(value(`fairlead_service_retries_total{${service},reason="UpstreamConnectFailed"}`), 2);
  });

  it('adds up over threads to what a plain count says, also when threads are replaced', async () => {
    const step = fc.record({ thread: fc.nat({ max: 2 }), outcome: anyOutcome, replace: fc.nat({ max: 9 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const metrics = createMetrics(build);
        const recorders = [0, 1, 2].map((index) => startThread(metrics, index).recorder);
        let seconds = 0;
        let timed = 0;
        const requests = new Map<string, number>();
        for (const { thread, outcome: each, replace } of steps) {
          if (replace === 0) {
            await told();
            metrics.retireThread(thread);
            recorders[thread] = startThread(metrics, thread).recorder;
          }
          recorders[thread]?.finished(each);
          if (each.status !== 101) {
            timed += 1;
            seconds += each.durationMs / 1000;
          }
          const code = each.status >= 100 && each.status <= 599 ? String(each.status) : 'other';
          const key = `fairlead_route_requests_total{route="${each.route}",code="${code}"}`;
          if (each.route !== null) requests.set(key, (requests.get(key) ?? 0) + 1);
        }
        await told();
        const found = await samples(metrics);
        for (const [series, count] of requests) assert.equal(found.get(series), count);
        const total = (prefix: string) =>
          [...found]
            .filter(([series]) => series.startsWith(prefix))
            .reduce((sum, [, count]) => sum + count, 0);
        assert.equal(total('fairlead_entrypoint_requests_total'), steps.length);
        assert.equal(total('fairlead_entrypoint_request_duration_seconds_count'), timed);
        const sum = total('fairlead_entrypoint_request_duration_seconds_sum');
        assert.ok(Math.abs(sum - seconds) <= 1e-6 * (1 + seconds));
      }),
      { numRuns: 60 },
    );
  });

  it('is not spoilt by a duration that is no time', async () => {
    const metrics = createMetrics(build);
    const { recorder } = startThread(metrics, 0);
    for (const durationMs of [Number.NaN, -5, Number.POSITIVE_INFINITY, 1000]) {
      recorder.finished(outcome({ durationMs }));
    }
    await told();
    const found = await samples(metrics);
    const name = 'fairlead_route_request_duration_seconds';
    assert.equal(found.get(`${name}_sum{route="IngressRoute/default/shop/0"}`), 1);
    assert.equal(found.get(`${name}_count{route="IngressRoute/default/shop/0"}`), 4);
  });

  it('has no label that a client chose', async () => {
    const closed = new Set(['GET', 'POST', 'other']);
    const metrics = createMetrics(build);
    const { recorder } = startThread(metrics, 0);
    fc.assert(fc.property(anyOutcome, (each) => void recorder.finished(each)));
    await told();
    for (const series of (await samples(metrics)).keys()) {
      const method = /method="([^"]*)"/.exec(series)?.[1];
      if (method !== undefined) assert.ok(closed.has(method), series);
      const code = /code="([^"]*)"/.exec(series)?.[1];
      if (code !== undefined) assert.match(code, /^([1-5]\d\d|other)$/);
    }
  });

  it('is told once for each row, in one batch a turn', async () => {
    const { recorder, batches } = startThread(createMetrics(build), 0);
    recorder.finished(outcome());
    recorder.finished(outcome({ status: 404 }));
    await told();
    assert.equal(batches.length, 1);
    for (let index = 0; index < 100; index++) recorder.finished(outcome());
    await told();
    assert.equal(batches.length, 1);
  });

  it('may be more than fits at first', async () => {
    const metrics = createMetrics(build);
    const { recorder } = startThread(metrics, 0);
    for (let index = 0; index < 3000; index++) recorder.finished(outcome({ route: `Ingress/a/b/${index}` }));
    recorder.finished(outcome({ route: 'Ingress/a/b/2999' }));
    await told();
    const found = await samples(metrics);
    assert.equal(found.get('fairlead_route_requests_total{route="Ingress/a/b/0",code="200"}'), 1);
    assert.equal(found.get('fairlead_route_requests_total{route="Ingress/a/b/2999",code="200"}'), 2);
  });

  it('keeps the counters of a thread that ended, and not its gauges', async () => {
    const metrics = createMetrics(build);
    const { recorder } = startThread(metrics, 0);
    recorder.finished(outcome());
    recorder.connectionOpened('web', 'http/1.1');
    await told();
    metrics.retireThread(0);
    const found = await samples(metrics);
    assert.equal(
      found.get('fairlead_route_requests_total{route="IngressRoute/default/shop/0",code="200"}'),
      1,
    );
    assert.equal(found.get('fairlead_entrypoint_open_connections{entrypoint="web",protocol="http/1.1"}'), 0);
  });

  it('goes with its route and its service', async () => {
    const metrics = createMetrics(build);
    const { recorder } = startThread(metrics, 0);
    recorder.finished(outcome({ retries: 1 }));
    await told();
    const noChange = { set: [], removed: [] };
    recorder.planChanged({
      generation: 2,
      since: 1,
      routes: { set: [], removed: ['IngressRoute/default/shop/0'] },
      services: { set: [], removed: ['default/shop:80'] },
      middlewares: noChange,
    });
    metrics.observe(control());
    recorder.finished(outcome());
    recorder.finished(outcome({ route: 'Ingress/default/next/0', service: null }));
    await told();
    const found = [...(await samples(metrics)).keys()];
    assert.deepEqual(
      found.filter((series) => /shop/.test(series)),
      [],
    );
    assert.ok(found.includes('fairlead_route_requests_total{route="Ingress/default/next/0",code="200"}'));
  });

  it('uses the cells of a route that went for another, which begins at nought', async () => {
    const metrics = createMetrics(build);
    const { recorder, batches } = startThread(metrics, 0);
    recorder.finished(outcome({ service: null }));
    await told();
    recorder.planChanged({
      generation: 2,
      since: 1,
      routes: { set: [], removed: ['IngressRoute/default/shop/0'] },
      services: { set: [], removed: [] },
      middlewares: { set: [], removed: [] },
    });
    recorder.finished(outcome({ route: 'Ingress/default/next/0', service: null }));
    await told();
    const cellOf = (route: string) =>
      batches.flat().find((row) => row.labels.route === route && row.labels.code === '200')?.cell;
    assert.equal(cellOf('Ingress/default/next/0'), cellOf('IngressRoute/default/shop/0'));
    const found = await samples(metrics);
    assert.equal(found.get('fairlead_route_requests_total{route="Ingress/default/next/0",code="200"}'), 1);
    assert.equal(
      found.get('fairlead_route_requests_total{route="IngressRoute/default/shop/0",code="200"}'),
      0,
    );
  });

  it('comes from known threads and known families only', async () => {
    const metrics = createMetrics(build);
    metrics.addThread(0);
    metrics.addRows(5, [{ family: 'fairlead_route_requests_total', labels: {}, cell: 64 }]);
    metrics.addRows(0, [{ family: 'toString', labels: {}, cell: 64 }]);
    metrics.addRows(0, [{ family: 'fairlead_build_info', labels: {}, cell: 64 }]);
    assert.doesNotMatch(await metrics.render(), /toString|fairlead_route_requests_total/);
  });
});

describe('what the control thread counts', () => {
  const endpoint = { address: '10.0.0.1', port: 80, ready: true, serving: true, terminating: false };
  const services: readonly ServiceEndpoints[] = [
    {
      service: 'default/shop:80',
      endpoints: [
        endpoint,
        { ...endpoint, ready: false, terminating: true },
        { ...endpoint, ready: false, serving: false },
      ],
    },
  ];

  it('is read at each scrape', async () => {
    const metrics = createMetrics(build);
    metrics.published(0.004);
    metrics.watchRestarted('Ingress');
    metrics.watchEvent('Ingress', 1_700_000_000);
    const eventLoopDelay = { p50: 0.001, p99: 0.01, max: 0.1 };
    metrics.observe(
      control({
        endpoints: () => services,
        diagnosticCounts: () => [{ kind: 'Ingress', code: 'ServiceNotFound', count: 3 }],
        certificateEnds: () => [{ secret: 'default/s', notAfterSeconds: 1_800_000_000 }],
        threads: () => [
          { index: 0, eventLoopDelay },
          { index: 1, eventLoopDelay: null },
        ],
      }),
    );
    const found = await samples(metrics);
    const expected = {
      'fairlead_build_info{version="1.2.3",node="26.0.0"}': 1,
      fairlead_table_generation: 7,
      fairlead_table_routes: 0,
      'fairlead_publish_duration_seconds_bucket{le="0.005"}': 1,
      fairlead_publish_duration_seconds_count: 1,
      'fairlead_watch_restarts_total{kind="Ingress"}': 1,
      'fairlead_watch_last_event_timestamp_seconds{kind="Ingress"}': 1_700_000_000,
      'fairlead_diagnostics{kind="Ingress",code="ServiceNotFound"}': 3,
      'fairlead_tls_certificate_not_after_seconds{secret="default/s"}': 1_800_000_000,
      'fairlead_event_loop_delay_seconds{thread="0",quantile="1"}': 0.1,
      'fairlead_service_endpoints{service="default/shop:80",state="ready"}': 1,
      'fairlead_service_endpoints{service="default/shop:80",state="draining"}': 1,
      'fairlead_service_endpoints{service="default/shop:80",state="unhealthy"}': 1,
    };
    for (const [series, value] of Object.entries(expected)) assert.equal(found.get(series), value, series);
    assert.equal(found.get('fairlead_event_loop_delay_seconds{thread="1",quantile="1"}'), undefined);
  });

  it('does not stay when it is over', async () => {
    const metrics = createMetrics(build);
    const eventLoopDelay = { p50: 0.001, p99: 0.01, max: 0.1 };
    metrics.observe(
      control({
        endpoints: () => services,
        diagnosticCounts: () => [{ kind: 'Ingress', code: 'ServiceNotFound', count: 3 }],
        certificateEnds: () => [{ secret: 'default/s', notAfterSeconds: 1_800_000_000 }],
        threads: () => [{ index: 0, eventLoopDelay }],
      }),
    );
    metrics.observe(control());
    assert.doesNotMatch(await metrics.render(), /ServiceNotFound|thread="0"|default\/shop|default\/s"/);
  });
});

describe('the text of all metrics', () => {
  it('has every family of the table and no other, each with its type and help', async () => {
    const metrics = createMetrics(build);
    const { recorder } = startThread(metrics, 0);
    recorder.finished(outcome({ retries: 1, status: 502, reason: 'UpstreamReset' }));
    recorder.connectionOpened('web', 'http/1.1');
    recorder.connectionRefused('web', 'UntrustedPeer');
    await told();
    metrics.published(1);
    metrics.watchRestarted('Ingress');
    metrics.watchEvent('Ingress', 1);
    const route = { id: 'IngressRoute/default/shop/0' };
    const plan = { ...emptyPlan, routes: [route], services: [{ key: 'default/shop:80' }] };
    metrics.observe(
      control({
        plan: () => plan as unknown as ReturnType<ObservedControl['plan']>,
        endpoints: () => [{ service: 'default/shop:80', endpoints: [] }],
        diagnosticCounts: () => [{ kind: 'Ingress', code: 'X', count: 1 }],
        certificateEnds: () => [{ secret: 'default/s', notAfterSeconds: 1_800_000_000 }],
        threads: () => [{ index: 0, eventLoopDelay: { p50: 1, p99: 1, max: 1 } }],
      }),
    );
    const text = await metrics.render();
    const heads = [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE (\S+) (\S+)$/gm)].map(
      ([, name, help, again, type]) => {
        assert.equal(name, again);
        return [name, { help, type }];
      },
    );
    const expected = Object.entries(metricFamilies).map(([name, { help, type }]) => [name, { help, type }]);
    assert.deepEqual(Object.fromEntries(heads), Object.fromEntries(expected));
    assert.equal(heads.length, expected.length);
    for (const [name, family] of Object.entries(metricFamilies)) {
      const line = text.split('\n').find((each) => new RegExp(`^${name}(_count)?[{ ]`).test(each)) ?? '';
      const labels = [...line.matchAll(/([a-z]+)="/g)].map(([, label]) => label);
      assert.deepEqual(labels, [...family.labels], name);
    }
  });

  it('escapes label values', async () => {
    const metrics = createMetrics(build);
    const { recorder } = startThread(metrics, 0);
    recorder.finished(outcome({ route: 'a"b\\c\nd' }));
    await told();
    assert.match(await metrics.render(), /route="a\\"b\\\\c\\nd",code="200"\} 1\n/);
  });
});
