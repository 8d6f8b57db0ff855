import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import '../leaks.ts';
import { RawRecorder, type RecorderOptions } from './recorder.ts';
import { TestProxy, type TestProxyOptions } from './test-proxy.ts';

/** A proxy before a recorder, both ended with the test: by then nothing may be wrong, logged or left in flight. */
export async function setUp(t: TestContext, upstream: RecorderOptions = {}, options: TestProxyOptions = {}) {
  const recorder = await RawRecorder.start(upstream);
  const proxy = await TestProxy.start({ endpoints: [recorder.port], ...options });
  t.after(async () => {
    await proxy.close();
    await recorder.close();
    assert.deepEqual(recorder.faults, []);
    assert.deepEqual(proxy.errors, []);
    assert.equal(proxy.proxy.inFlight, 0);
  });
  return { recorder, proxy };
}
