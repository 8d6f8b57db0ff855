import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RawRecorder } from '../support/raw/recorder.ts';
import { randomFrom, runTaggedClient, taggedScript } from '../support/raw/tagged-load.ts';
import { TestProxy } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';

const clients = 8;
const seed = 20_261_122;

/** Requests of one run: a short one in the gate; with `FAIRLEAD_LONG_TESTS` set, more of them. */
const requests = process.env.FAIRLEAD_LONG_TESTS === undefined ? 1_600 : 10_000;

test('among aborting clients and breaking upstreams no answer reaches another request', async (t) => {
  const recorders = await Promise.all(
    [1, 2].map((number) =>
      RawRecorder.start({ script: taggedScript(randomFrom(seed + number)), keeps: false }),
    ),
  );
  const proxy = await TestProxy.start({ endpoints: recorders.map(({ port }) => port) });
  t.after(async () => {
    await proxy.close();
    await Promise.all(recorders.map((recorder) => recorder.close()));
  });
  const results = await Promise.all(
    Array.from({ length: clients }, (_, index) =>
      runTaggedClient(proxy.port, requests / clients, `c${index}`, randomFrom(seed * 7 + index)),
    ),
  );
  const sum = (pick: (result: (typeof results)[number]) => number) =>
    results.reduce((total, result) => total + pick(result), 0);
  assert.deepEqual(
    results.flatMap(({ wrong }) => wrong),
    [],
  );
  assert.equal(
    sum(({ crossed }) => crossed),
    0,
  );
  assert.equal(
    sum(({ answered, refused, aborted, cut }) => answered + refused + aborted + cut),
    requests,
  );
  assert.ok(sum(({ answered }) => answered) > requests / 2);
  await until(() => proxy.proxy.inFlight === 0, 'nothing in flight');
  assert.deepEqual(
    recorders.flatMap(({ faults }) => faults),
    [],
  );
  assert.deepEqual(proxy.errors, []);
});
