import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { headerOf, type RawMessage, splitMessages } from '../support/raw/messages.ts';
import { RawSender } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import { until } from '../support/raw/until.ts';

const aside = 'GET / HTTP/1.1\r\nHost: nobody.test\r\n\r\n';
const wanted = 'GET /wanted HTTP/1.1\r\nHost: a.test\r\n\r\n';

/** Longer than a turn goes on taking requests while the proxy refuses. */
const longMs = 4;

/** A proxy for which every turn is too long, and the end of each request takes a while. */
async function setUpOverloaded(t: TestContext, limits: { readonly overloadMs: number }) {
  return setUp(t, {}, { limits, onOutcome: () => spin(longMs) });
}

function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

function answersOf(sender: RawSender): readonly RawMessage[] {
  return splitMessages(sender.received).messages;
}

/** Sends pairs of requests, each pair in one write, until the second one of a pair is refused. */
async function untilRefused(sender: RawSender): Promise<RawMessage> {
  const end = performance.now() + 20_000;
  while (performance.now() < end) {
    const before = answersOf(sender).length;
    sender.send(aside + aside);
    await until(() => answersOf(sender).length === before + 2, 'two answers');
    const last = answersOf(sender).at(-1);
    if (last?.startLine.startsWith('HTTP/1.1 503 ')) return last;
  }
  throw new Error('nothing was refused');
}

describe('a proxy that has more to do than it can', () => {
  it('refuses with 503, says when to come back, and keeps the connection', async (t) => {
    const { proxy, recorder } = await setUpOverloaded(t, { overloadMs: -1 });
    const sender = await RawSender.connect(proxy.port);
    const refusal = await untilRefused(sender);
    assert.equal(headerOf(refusal, 'X-Fairlead-Reason'), 'Overloaded');
    assert.match(headerOf(refusal, 'Retry-After') ?? '', /^[123]$/);
    assert.equal(headerOf(refusal, 'Connection'), undefined);
    const outcome = proxy.outcomes.at(-1);
    assert.deepEqual(
      [outcome?.status, outcome?.reason, outcome?.route, outcome?.upstreamMs],
      [503, 'Overloaded', null, null],
    );
    const before = answersOf(sender).length;
    sender.send(wanted);
    await until(() => answersOf(sender).length === before + 1, 'an answer on the same connection');
    assert.match(answersOf(sender).at(-1)?.startLine ?? '', /^HTTP\/1\.1 200 /);
    assert.equal(recorder.requests.length, 1);
    sender.close();
  });

  it('gives different times to come back', async (t) => {
    const { proxy } = await setUpOverloaded(t, { overloadMs: -1 });
    const sender = await RawSender.connect(proxy.port);
    const times = new Set<string | undefined>();
    while (times.size < 3) times.add(headerOf(await untilRefused(sender), 'Retry-After'));
    assert.deepEqual([...times].toSorted(), ['1', '2', '3']);
    sender.close();
  });

  it('refuses nothing where that is switched off', async (t) => {
    const { proxy } = await setUpOverloaded(t, { overloadMs: 0 });
    const sender = await RawSender.connect(proxy.port);
    const count = 150;
    sender.send(aside.repeat(count));
    await until(() => answersOf(sender).length === count, 'all answers');
    assert.ok(answersOf(sender).every(({ startLine }) => startLine.startsWith('HTTP/1.1 404 ')));
    sender.close();
  });
});
