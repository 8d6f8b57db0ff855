import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { RawRecorder } from '../raw/recorder.ts';
import { TestProxy } from '../raw/test-proxy.ts';
import '../leaks.ts';
import { FrameClient } from './frame-client.ts';
import { waits } from './wire.ts';

/** One section of the specification: what a client does, and what has to become of it. */
export interface SpecCase {
  /** As h2spec numbers them. */
  readonly id: string;
  readonly does: string;
  /** The client has connected and said nothing. */
  readonly isRaw?: boolean;
  readonly run: (client: FrameClient) => Promise<void>;
}

/** Runs a case on a connection of its own. */
export async function runCase(t: TestContext, { isRaw, run }: SpecCase): Promise<void> {
  const { proxy, recorder } = await setUpSpec(t);
  const client = isRaw === true ? await FrameClient.raw(proxy.port) : await FrameClient.open(proxy.port);
  t.after(() => client.close());
  await run(client);
  assert.deepEqual(recorder.faults, []);
}

async function setUpSpec(t: TestContext) {
  const recorder = await RawRecorder.start({
    script: ({ startLine }) =>
      startLine.includes(waits) ? undefined : 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  });
  const proxy = await TestProxy.start({ endpoints: [recorder.port] });
  t.after(async () => {
    await proxy.close();
    await recorder.close();
    assert.deepEqual(proxy.errors, []);
    assert.equal(proxy.proxy.inFlight, 0);
  });
  return { recorder, proxy };
}
