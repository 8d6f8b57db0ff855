import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../support/leaks.ts';
import { headerOf } from '../support/raw/messages.ts';
import { exchangeRaw } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import { TestProxy } from '../support/raw/test-proxy.ts';

const get = 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n';

for (const [name, trustedIps] of [
  ['that do not trust each other', []],
  ['that trust each other', ['127.0.0.1']],
] as const) {
  test(`a route that leads back here ends with 508 after ten rounds, by proxies ${name}`, async (t) => {
    const { proxy } = await setUp(t, {}, { trustedIps });
    const other = await TestProxy.start({ trustedIps, endpoints: [proxy.port] });
    t.after(() => other.close());
    // Each leads to the other one, as two replicas of one Service do.
    proxy.setEndpoints('s', [other.port]);
    const answer = await exchangeRaw(proxy.port, get);
    assert.match(answer, /^HTTP\/1\.1 508 Loop Detected\r\n[\s\S]*\r\nX-Fairlead-Reason: LoopDetected\r\n/);
    await other.untilOutcomes(5);
    const outcomes = [...proxy.outcomes, ...other.outcomes];
    assert.equal(outcomes.length, 11);
    assert.deepEqual(
      outcomes.filter(({ reason }) => reason !== null).map(({ reason, endpoint }) => [reason, endpoint]),
      [['LoopDetected', null]],
    );
  });
}

test('an ordinary request carries no count, one that came through a proxy before does', async (t) => {
  const { recorder, proxy } = await setUp(t);
  const hops = async (lines: string): Promise<string | undefined> => {
    const answer = await exchangeRaw(proxy.port, get.replace('\r\n\r\n', `\r\n${lines}\r\n`));
    const request = recorder.requests.at(-1);
    assert.ok(request !== undefined && answer.startsWith('HTTP/1.1 200 '), answer);
    return headerOf(request, 'X-Forwarded-Hops');
  };
  assert.equal(await hops(''), undefined);
  assert.equal(await hops('X-Forwarded-For: 1.2.3.4\r\n'), undefined);
  assert.equal(await hops('X-Forwarded-Server: fairlead-test\r\n'), '2');
  assert.equal(await hops('X-Forwarded-Server: another\r\nX-Forwarded-Hops: 8\r\n'), '9');
  assert.equal(await hops('X-Forwarded-Hops: 3\r\nX-Forwarded-Hops: 2\r\n'), '4');
  assert.equal(await hops('X-Forwarded-Hops: -1\r\n'), undefined);
  assert.equal(await hops('X-Forwarded_Hops: 9\r\nX-Forwarded-Hops: 1e9\r\n'), undefined);
  for (const line of ['X-Forwarded-Hops: 10\r\n', 'X-Forwarded-Hops: 999\r\n']) {
    assert.match(
      await exchangeRaw(proxy.port, get.replace('\r\n\r\n', `\r\n${line}\r\n`)),
      /^HTTP\/1\.1 508 /,
    );
  }
});

test('the count of a trusted proxy is replaced, not joined', async (t) => {
  const { recorder, proxy } = await setUp(t, {}, { trustedIps: ['127.0.0.1'] });
  await exchangeRaw(proxy.port, get.replace('\r\n\r\n', '\r\nX-Forwarded-Hops: 3\r\n\r\n'));
  const counts = recorder.requests[0]?.headers.filter(([name]) => name === 'X-Forwarded-Hops');
  assert.deepEqual(counts, [['X-Forwarded-Hops', '4']]);
});
