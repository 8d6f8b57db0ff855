import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import '../support/leaks.ts';
import { proxyHeader } from '../../src/proxy/proxy-protocol/write-header.ts';
import { headerOf } from '../support/raw/messages.ts';
import { exchangeRaw, RawSender } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import type { TestProxyOptions } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';

const line = 'PROXY TCP4 192.0.2.7 198.51.100.1 40000 443\r\n';
const get = 'GET / HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n';
const told = { clientIp: '192.0.2.7', clientPort: 40_000, serverIp: '198.51.100.1', serverPort: 443 };
const local = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex').toString('latin1');

/** A proxy behind a load balancer on the loopback address, which speaks the PROXY protocol and is trusted. */
function behindBalancer(t: TestContext, options: TestProxyOptions = {}) {
  return setUp(t, {}, { trustedIps: ['127.0.0.1'], entryPoint: { proxyProtocol: true }, ...options });
}

for (const version of [1, 2] as const) {
  test(`a header of version ${version} names the client, in one piece or byte by byte`, async (t) => {
    const { recorder, proxy } = await behindBalancer(t);
    const header = proxyHeader(version, told).toString('latin1');
    for (const size of [1_000, 1]) {
      const sender = await RawSender.connect(proxy.port);
      await sender.sendSliced(header + get, size);
      await sender.untilOver();
      assert.match(sender.received, /^HTTP\/1\.1 200 [\s\S]*ok$/);
      const request = recorder.requests.at(-1);
      assert.ok(request !== undefined);
      // The client is not trusted, so what it sent under this name is gone.
      assert.equal(headerOf(request, 'X-Forwarded-For'), '192.0.2.7');
      assert.equal(headerOf(request, 'X-Real-Ip'), '192.0.2.7');
      assert.equal(headerOf(request, 'X-Forwarded-Port'), '443');
      assert.equal(proxy.outcomes.at(-1)?.clientIp, '192.0.2.7');
      sender.close();
    }
    assert.deepEqual(proxy.refused, []);
  });
}

test('forwarded lines are believed where the address that the header tells is trusted', async (t) => {
  const { recorder, proxy } = await behindBalancer(t, { trustedIps: ['127.0.0.1', '192.0.2.0/24'] });
  await exchangeRaw(proxy.port, line + get);
  const [request] = recorder.requests;
  assert.ok(request !== undefined);
  assert.equal(headerOf(request, 'X-Forwarded-For'), '203.0.113.9, 192.0.2.7');
});

test('a header that tells of nobody leaves the address of its peer, whose forwarded lines are not believed', async (t) => {
  const { recorder, proxy } = await behindBalancer(t);
  for (const header of [local, 'PROXY UNKNOWN\r\n']) {
    assert.match(await exchangeRaw(proxy.port, header + get), /^HTTP\/1\.1 200 /);
    const request = recorder.requests.at(-1);
    assert.ok(request !== undefined);
    assert.equal(headerOf(request, 'X-Forwarded-For'), '127.0.0.1');
    assert.equal(headerOf(request, 'X-Forwarded-Port'), String(proxy.port));
  }
});

test('many requests, pipelined and not, follow one header', async (t) => {
  const { recorder, proxy } = await behindBalancer(t);
  const sender = await RawSender.connect(proxy.port);
  const open = 'GET /open HTTP/1.1\r\nHost: a.test\r\n\r\n';
  sender.send(line + open + open);
  await until(() => sender.received.split('\r\n\r\nok').length === 3, 'two answers');
  sender.send(open + get);
  await sender.untilOver();
  assert.equal(recorder.requests.length, 4);
  for (const request of recorder.requests) assert.equal(headerOf(request, 'X-Forwarded-For'), '192.0.2.7');
  sender.close();
});

test('a peer that is not trusted is closed unheard, and believed by nobody', async (t) => {
  const { recorder, proxy } = await behindBalancer(t, { trustedIps: ['192.0.2.0/24'] });
  for (const bytes of [line + get, get, '']) {
    const sender = await RawSender.connect(proxy.port);
    sender.send(bytes);
    await sender.untilOver();
    assert.equal(sender.received, '');
    sender.close();
  }
  assert.equal(recorder.connections.length, 0);
  assert.deepEqual(proxy.refused, ['UntrustedPeer', 'UntrustedPeer', 'UntrustedPeer']);
  assert.equal(proxy.proxy.openConnections, 0);
});

test('a trusted peer without a header, or with a bad one, is closed without an answer', async (t) => {
  const { recorder, proxy } = await behindBalancer(t);
  const bad = [get, `${line.slice(0, -2)}\n${get}`, line.replace('40000', '99999'), `\r\n\r\n${get}`, 'X'];
  for (const bytes of bad) assert.equal(await exchangeRaw(proxy.port, bytes), '');
  assert.equal(recorder.connections.length, 0);
  assert.deepEqual(proxy.refused, new Array(bad.length).fill('BadProxyHeader'));
  await until(() => proxy.proxy.openConnections === 0, 'no connection');
});

test('a second header is no header but a bad request', async (t) => {
  const { proxy } = await behindBalancer(t);
  assert.match(await exchangeRaw(proxy.port, line + line + get), /^HTTP\/1\.1 400 /);
});

test('a header is a bad request where the entry point does not ask for it', async (t) => {
  const { recorder, proxy } = await setUp(t, {}, { trustedIps: ['127.0.0.1'] });
  assert.match(await exchangeRaw(proxy.port, line + get), /^HTTP\/1\.1 400 /);
  assert.equal(recorder.connections.length, 0);
});

test('a header that does not come is not awaited for longer than a head', async (t) => {
  const { proxy } = await behindBalancer(t, { limits: { headMs: 30 } });
  const senders = await Promise.all(
    ['', 'PROXY TCP4 1.2', local.slice(0, 13)].map(async (bytes) => {
      const sender = await RawSender.connect(proxy.port);
      sender.send(bytes);
      return sender;
    }),
  );
  for (const sender of senders) {
    await sender.untilOver();
    assert.equal(sender.received, '');
    sender.close();
  }
  assert.deepEqual(proxy.refused, new Array(3).fill('ProxyHeaderTimeout'));
  assert.equal(proxy.proxy.openConnections, 0);
});

test('the time for the first request begins with the end of the header', async (t) => {
  const { proxy } = await behindBalancer(t, { limits: { headMs: 30 } });
  const sender = await RawSender.connect(proxy.port);
  sender.send(`${line}GET / HT`);
  await sender.untilReceived('HTTP/1.1 408 ');
  assert.deepEqual(proxy.refused, []);
  sender.close();
});

test('a peer that connects and leaves without a byte, as a health check does, is nobody to count', async (t) => {
  const { proxy } = await behindBalancer(t);
  for (const leave of ['end', 'close', 'reset'] as const) {
    const sender = await RawSender.connect(proxy.port);
    await until(() => proxy.proxy.openConnections === 1, 'the connection');
    sender[leave]();
    await until(() => proxy.proxy.openConnections === 0, 'its end');
    sender.close();
  }
  const half = await RawSender.connect(proxy.port);
  half.send('PROXY');
  half.end();
  await half.untilOver();
  half.close();
  assert.deepEqual(proxy.refused, ['BadProxyHeader']);
});

test('connections that wait for their header make room at the limit, and go when the proxy stops', async (t) => {
  const { proxy } = await behindBalancer(t, { limits: { connections: 3 } });
  const waiting = await Promise.all([1, 2, 3, 4, 5].map(() => RawSender.connect(proxy.port)));
  await until(() => waiting.filter((sender) => sender.isOver).length >= 3, 'room');
  assert.match(await exchangeRaw(proxy.port, line + get), /^HTTP\/1\.1 200 /);
  await proxy.proxy.drain(200);
  for (const sender of waiting) {
    await sender.untilOver();
    sender.close();
  }
  assert.equal(proxy.proxy.openConnections, 0);
});
