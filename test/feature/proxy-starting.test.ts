import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../support/leaks.ts';
import { silentLog } from '../../src/model/log.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { startProxy } from '../../src/proxy/proxy.ts';
import { get } from '../support/http.ts';

test('before the first table every request is told to come back, and the answer is counted with its bytes', async (context) => {
  const outcomes: Outcome[] = [];
  const proxy = await startProxy({
    entryPoints: [{ name: 'web', host: '127.0.0.1', port: 0, tls: false }],
    reusePort: false,
    recorder: {
      finished: (outcome) => outcomes.push(outcome),
      connectionOpened() {},
      connectionClosed() {},
      connectionRefused() {},
    },
    trustedIps: [],
    hideReason: false,
    hostName: 'test',
    log: silentLog,
  });
  context.after(() => proxy.close());
  const ask = () => get(proxy.ports.web ?? 0, 'a.example');
  const early = await ask();
  assert.deepEqual([early.status, early.headers['x-fairlead-reason']], [503, 'Starting']);
  assert.equal(outcomes[0]?.responseBytes, early.body.length);

  const nothing = { set: [], removed: [] };
  const plan = { generation: 1, since: 0, routes: nothing, services: nothing, middlewares: nothing };
  proxy.buildPlan(plan, true);
  assert.equal((await ask()).status, 404);
});
