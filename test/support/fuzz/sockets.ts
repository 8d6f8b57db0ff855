import assert from 'node:assert/strict';
import fc from 'fast-check';
import { documentedLimits } from '../oracle/limits.ts';
import { readRequests } from '../oracle/requests.ts';
import { splitMessages } from '../raw/messages.ts';
import { RawRecorder } from '../raw/recorder.ts';
import { RawSender } from '../raw/sender.ts';
import { TestProxy } from '../raw/test-proxy.ts';
import { type Trial, trials } from './generators.ts';

/** A proxy with a route for any host, in front of a recorder that judges every byte it gets. */
export class SocketRig {
  readonly #recorder: RawRecorder;
  readonly #proxy: TestProxy;

  private constructor(recorder: RawRecorder, proxy: TestProxy) {
    this.#recorder = recorder;
    this.#proxy = proxy;
  }

  static async start(): Promise<SocketRig> {
    const recorder = await RawRecorder.start({
      keeps: false,
      script: ({ startLine, body }) => {
        const text = `${startLine.split(' ')[1]} ${body.length}`;
        const isHead = startLine.startsWith('HEAD ');
        return `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${isHead ? '' : text}`;
      },
    });
    const proxy = await TestProxy.start({
      endpoints: [recorder.port],
      routes: [{ rule: { kind: 'pathPrefix', prefix: '/', elements: false } }],
      limits: { headMs: 250, bodyIdleMs: 250, keepAliveMs: 250 },
    });
    return new SocketRig(recorder, proxy);
  }

  /**
   * Sends one input and looks at what came back and at what went upstream: for each request that the oracle reads one answer, then
   * nothing but one refusal or the end. Throws where that is not so.
   */
  async run(input: string, size: number): Promise<void> {
    const sender = await RawSender.connect(this.#proxy.port);
    await sender.sendSliced(input, size);
    await sender.untilOver();
    const statuses = statusesOf(sender.received, input);
    sender.close();
    const events = readRequests(input, documentedLimits).events.map(({ text }) => text);
    const requests = events.filter((text) => text.startsWith('request')).length;
    const finals = statuses.filter((status) => status >= 200).length;
    assert.ok(finals <= requests + 1, `${finals} answers to ${requests} requests`);
    const refused = events.some((text) => text.startsWith('refused'));
    // A WebSocket is asked for in vain here, and a request that closes ends the connection before what is behind it.
    if (refused && requests === 0) {
      // A machine under load may be too slow for the time limits.
      const [status] = statuses;
      if (status !== 408) assert.equal(`refused with ${status}`, events[0]);
    }
    assert.deepEqual(this.#recorder.faults, []);
    assert.deepEqual(this.#proxy.errors, []);
  }

  async close(): Promise<void> {
    await this.#proxy.close();
    await this.#recorder.close();
  }
}

/** Statuses of all answers, each of which has to be whole. */
function statusesOf(received: string, input: string): number[] {
  const methods = readRequests(input, documentedLimits)
    .events.filter(({ text }) => text.startsWith('request'))
    .map(({ text }) => /: ([^ ]+)/.exec(text)?.[1] ?? '');
  let index = 0;
  const { messages, rest, fault } = splitMessages(received, ({ startLine }) => {
    if (/ 1\d\d /.test(startLine)) return true;
    // Of a head that never came whole: nobody knows its method.
    if (startLine.includes(' 408 ')) return false;
    return methods[index++] === 'HEAD' || startLine.includes(' 204 ');
  });
  assert.equal(fault, null);
  const statuses = messages.map(({ startLine }) => Number(startLine.split(' ')[1]));
  if (rest === '') return statuses;
  // What was refused began with HEAD: its answer has no body.
  const refusal = /^HTTP\/1\.1 (4\d\d) (?:[^\r\n]+\r\n)*Connection: close\r\n\r\n$/.exec(rest);
  assert.ok(refusal !== null, `rest of an answer: ${JSON.stringify(rest)}`);
  return [...statuses, Number(refusal[1])];
}

/** Sends the inputs of one seed, some at once; the first that goes wrong is returned with what was wrong. */
export async function searchSockets(
  rig: SocketRig,
  seed: number,
  count: number,
): Promise<{ input: string; difference: string } | null> {
  const inputs = fc.sample(trials('request-head'), { seed, numRuns: count });
  let found: { input: string; difference: string } | null = null;
  const worker = async (): Promise<void> => {
    for (let trial = inputs.pop(); trial !== undefined && found === null; trial = inputs.pop()) {
      const { input, sizes }: Trial = trial;
      const difference = await runOften(rig, input, sizes[0] ?? 1);
      if (difference !== null) found = { input, difference };
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  return found;
}

/** What is wrong each time; a pause of a busy machine may cost one run its answer. */
async function runOften(rig: SocketRig, input: string, size: number): Promise<string | null> {
  let difference = '';
  for (let count = 0; count < 3; count++) {
    try {
      await rig.run(input, size);
      return null;
    } catch (cause) {
      difference = String(cause);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  return difference;
}
