import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type RunningFairlead, startFairlead } from '../support/fairlead.ts';
import { get, SteadyClient, startUpstream } from '../support/http.ts';
import { endpoints, ingressRoute, service } from '../support/objects.ts';
import { until } from '../support/raw/until.ts';

async function started(context: TestContext): Promise<RunningFairlead & { client: SteadyClient }> {
  const upstream = await startUpstream(context, 'one');
  const objects = [
    service('one'),
    ...endpoints('one', [upstream]),
    ingressRoute('a', 'Host(`a.example`)', 'one'),
  ];
  const running = await startFairlead(context, { objects });
  const client = new SteadyClient(running.port, 'a.example');
  context.after(() => client.stop());
  await until(() => client.answered > 10, 'the first answers');
  return { ...running, client };
}

/** Makes a route and waits until it is served. */
async function proveAlive({ cluster, port }: RunningFairlead, name: string): Promise<void> {
  cluster.apply(ingressRoute(name, `Host(\`${name}.example\`)`, 'one') as never);
  const deadline = performance.now() + 60_000;
  while ((await get(port, `${name}.example`)).status !== 200) {
    assert.ok(performance.now() < deadline, 'a route made after the outage is not served');
  }
}

function restarts({ metricsUrl }: RunningFairlead): Promise<number> {
  return fetch(`${metricsUrl}/metrics`)
    .then((answer) => answer.text())
    .then((text) => {
      const counts = text.matchAll(/^fairlead_watch_restarts_total\{[^}]*\} (\d+)$/gm);
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    });
}

async function untilRestarts(running: RunningFairlead, least: number): Promise<void> {
  const deadline = performance.now() + 60_000;
  while ((await restarts(running)) < least) {
    assert.ok(performance.now() < deadline, `fewer than ${least} restarts of watches`);
  }
}

test('cutting every connection of the API server costs no request', async (context) => {
  const running = await started(context);
  running.cluster.faults.cutAll();
  await untilRestarts(running, 1);
  await proveAlive(running, 'after-cut');
  assert.deepEqual(await running.client.stop(), []);
});

test('answering 410 to every watch costs no request', async (context) => {
  const running = await started(context);
  const { faults } = running.cluster;
  const fault = faults.add({ match: { verb: 'watch' }, action: { kind: 'answer', code: 410 } });
  faults.cutAll();
  await until(() => fault.hits >= 8, 'eight refused watches', 60_000);
  assert.equal((await fetch(`${running.metricsUrl}/readyz`)).status, 200);
  fault.remove();
  await proveAlive(running, 'after-gone');
  assert.deepEqual(await running.client.stop(), []);
});

test('an API server that is away costs no request, and what changed meanwhile is served when it is back', async (context) => {
  const running = await started(context);
  const { cluster, client } = running;
  await cluster.stop();
  const before = client.answered;
  await untilRestarts(running, 6);
  await until(() => client.answered > before + 100, 'answers while the API server is away');
  assert.equal((await fetch(`${running.metricsUrl}/readyz`)).status, 200);
  cluster.apply(ingressRoute('meanwhile', 'Host(`meanwhile.example`)', 'one') as never);
  assert.equal((await get(running.port, 'meanwhile.example')).status, 404);
  await cluster.start();
  await proveAlive(running, 'meanwhile');
  assert.deepEqual(await client.stop(), []);
});

test('a fault of the control thread that nobody caught costs no request, and health says no', async (context) => {
  const upstream = await startUpstream(context, 'one');
  const objects = [
    service('one'),
    ...endpoints('one', [upstream]),
    ingressRoute('a', 'Host(`a.example`)', 'one'),
  ];
  const listeners: ((error: unknown) => void)[] = [];
  const running = await startFairlead(context, { objects, world: { onFault: (one) => listeners.push(one) } });
  assert.equal((await fetch(`${running.metricsUrl}/healthz`)).status, 200);
  for (const tell of listeners) tell(new Error('a fault of this test'));
  assert.equal((await fetch(`${running.metricsUrl}/healthz`)).status, 503);
  assert.ok(running.lines.some(({ fields }) => JSON.stringify(fields).includes('a fault of this test')));
  assert.equal((await get(running.port, 'a.example')).status, 200);
});

test('a proxy thread that crashes is replaced, and counters go on', async (context) => {
  const upstream = await startUpstream(context, 'one');
  const objects = [
    service('one'),
    ...endpoints('one', [upstream]),
    ingressRoute('a', 'Host(`a.example`)', 'one'),
  ];
  const running = await startFairlead(context, { objects });
  assert.equal((await get(running.port, 'a.example')).status, 200);
  await untilCounted(running, 1);
  await running.threads[0]?.terminate();
  await until(() => running.threads.length === 2, 'a second thread');
  await until(() => running.instance.controller.readiness().ready, 'readiness');
  assert.equal((await get(running.port, 'a.example')).status, 200);
  await untilCounted(running, 2);
  assert.ok(running.lines.some(({ level, message }) => level === 'error' && message.includes('thread')));
});

async function untilCounted({ metricsUrl }: RunningFairlead, requests: number): Promise<void> {
  const line = `fairlead_route_requests_total{route="IngressRoute/default/a/0",code="200"} ${requests}\n`;
  const deadline = performance.now() + 10_000;
  while (!(await (await fetch(`${metricsUrl}/metrics`)).text()).includes(line)) {
    assert.ok(performance.now() < deadline, `${requests} requests are not counted`);
  }
}
