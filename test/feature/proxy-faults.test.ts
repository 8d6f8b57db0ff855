import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Limits } from '../../src/proxy/limits.ts';
import { type Fault, FaultRelay } from '../support/raw/fault-relay.ts';
import { splitMessages } from '../support/raw/messages.ts';
import { RawSender } from '../support/raw/sender.ts';
import { setUp as setUpProxy } from '../support/raw/set-up.ts';
import { until } from '../support/raw/until.ts';
import { frame, handshake, switching } from '../support/raw/websocket.ts';
import { WebSocketEcho } from '../support/raw/websocket-echo.ts';

const body = 'x'.repeat(2_000);
const plain = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const chunked = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n${body}\r\n0\r\n\r\n`;

/** What is asked; the upstream answers with a body of 2,000 bytes. */
const requests = {
  GET: 'GET /plain HTTP/1.1\r\nHost: a.test\r\n\r\n',
  POST: `POST /plain HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  chunked: 'GET /chunked HTTP/1.1\r\nHost: a.test\r\n\r\n',
} as const;
type Kind = keyof typeof requests;
const kinds = Object.keys(requests) as Kind[];

/** How an exchange may end: with its whole answer, with a refusal of the proxy, or cut so that the client notices. */
type Ending = 'whole' | 'cut' | 502 | 504;

/** Faults between proxy and upstream, and how an exchange ends under each. */
const upstreamFaults: readonly (readonly [string, Fault, Ending])[] = [
  ['latency', { kind: 'latency', ms: 5, jitterMs: 10 }, 'whole'],
  ['a slicer', { kind: 'slice', bytes: 1 }, 'whole'],
  ['little bandwidth', { kind: 'bandwidth', bytes: 100, everyMs: 1 }, 'whole'],
  ['a slow close', { kind: 'slowClose', ms: 20 }, 'whole'],
  ['a reset at once', { kind: 'resetAtOnce' }, 502],
  ['a reset before the answer', { kind: 'reset', afterBytes: 0 }, 502],
  ['a reset inside the head', { kind: 'reset', afterBytes: 20 }, 502],
  ['a reset inside the body', { kind: 'reset', afterBytes: 1_000 }, 'cut'],
  ['a limit inside the head', { kind: 'limit', bytes: 20 }, 502],
  ['a limit inside the body', { kind: 'limit', bytes: 1_000 }, 'cut'],
  ['a blackhole', { kind: 'blackhole' }, 504],
  ['a dead upstream', { kind: 'halfOpen' }, 504],
  ['an upstream that dies inside the head', { kind: 'halfOpen', afterBytes: 20 }, 504],
];

async function setUp(t: TestContext, limits: Partial<Limits> = {}) {
  const { recorder, proxy } = await setUpProxy(
    t,
    { script: ({ startLine }) => (startLine.includes('/chunked') ? chunked : plain) },
    { limits },
  );
  const upstream = await FaultRelay.start(recorder.port);
  const client = await FaultRelay.start(proxy.port);
  t.after(() => Promise.all([client.close(), upstream.close()]));
  proxy.setEndpoints('s', [upstream.port]);
  return { recorder, proxy, upstream, client };
}

/** Asks on a connection of its own, and gives what became of it. */
async function ask(port: number, kind: Kind): Promise<Ending | string> {
  const sender = await RawSender.connect(port);
  sender.send(requests[kind]);
  const answers = () => splitMessages(sender.received).messages;
  await until(
    () => sender.isOver || answers().length === 1,
    `an end of ${kind}: ${sender.received.slice(-200)}`,
  );
  const [answer] = answers();
  sender.close();
  if (answer === undefined) return 'cut';
  const status = Number(answer.startLine.split(' ')[1]);
  if (status === 502 || status === 504) return status;
  return status === 200 && answer.body === body ? 'whole' : answer.head;
}

for (const [what, fault, ending] of upstreamFaults) {
  test(`${what} before the upstream: the right end, nobody else is touched, the pool stays clean`, async (t) => {
    const { proxy, upstream, recorder } = await setUp(t, ending === 504 ? { firstByteMs: 400 } : {});
    for (const kind of kinds) {
      // So that nothing of the turn before is in the pool.
      proxy.setEndpoints('s', []);
      proxy.setEndpoints('s', [upstream.port]);
      upstream.fault = fault;
      const other = ask(proxy.port, kind);
      assert.equal(await ask(proxy.port, kind), ending, kind);
      assert.equal(await other, ending, kind);
      upstream.fault = { kind: 'none' };
      const asked = recorder.requests.length;
      assert.equal(await ask(proxy.port, kind), 'whole', `${kind} afterwards`);
      assert.equal(recorder.requests.length, asked + 1);
    }
    // What a dead upstream leaves at the relay is not told of anything, as a real one would not be.
    if (ending === 'whole' || fault.kind === 'halfOpen') return;
    await until(() => upstream.openCount <= 2, 'the broken connections to be gone');
  });
}

/** Faults between client and proxy. Those that end it leave nothing behind; the others change nothing. */
const clientFaults: readonly (readonly [string, Fault, boolean])[] = [
  ['latency', { kind: 'latency', ms: 5, jitterMs: 10 }, true],
  ['a slicer', { kind: 'slice', bytes: 1 }, true],
  ['little bandwidth', { kind: 'bandwidth', bytes: 100, everyMs: 1 }, true],
  ['a slow close', { kind: 'slowClose', ms: 20 }, true],
  ['a reset inside the request', { kind: 'reset', afterBytes: 30, of: 'request' }, false],
  ['a reset inside the answer', { kind: 'reset', afterBytes: 100 }, false],
  ['a limit inside the request', { kind: 'limit', bytes: 30, of: 'request' }, false],
  ['a client that dies inside its request', { kind: 'halfOpen', afterBytes: 30, of: 'request' }, false],
];

for (const [what, fault, isHarmless] of clientFaults) {
  test(`${what} before the client: the right end, nothing is left, the pool stays clean`, async (t) => {
    const { proxy, client, recorder } = await setUp(
      t,
      isHarmless ? {} : { headMs: 400, bodyIdleMs: 400, lingerMs: 50 },
    );
    for (const kind of kinds) {
      client.fault = fault;
      if (isHarmless) assert.equal(await ask(client.port, kind), 'whole', kind);
      else {
        const sender = await RawSender.connect(client.port);
        sender.send(requests[kind]);
        await sender.untilOver();
        await until(() => proxy.proxy.openConnections === 0, 'the proxy to let the client go');
        sender.close();
      }
      assert.equal(await ask(proxy.port, kind), 'whole', `${kind} afterwards`);
      await until(() => proxy.proxy.inFlight === 0, 'nothing in flight');
    }
    await until(() => recorder.openCount <= 2, 'no more upstream connections than are of use');
  });
}

/** Faults of a WebSocket: whether its echo comes back. The handshake's answer has about 130 bytes. */
const tunnelFaults: readonly (readonly [string, Fault, boolean])[] = [
  ['latency', { kind: 'latency', ms: 5, jitterMs: 10 }, true],
  ['a slicer', { kind: 'slice', bytes: 1 }, true],
  ['little bandwidth', { kind: 'bandwidth', bytes: 100, everyMs: 1 }, true],
  ['a reset', { kind: 'reset', afterBytes: 1_000 }, false],
  ['a limit', { kind: 'limit', bytes: 1_000 }, false],
  ['a dead peer', { kind: 'halfOpen', afterBytes: 1_000 }, false],
];

for (const side of ['upstream', 'client'] as const) {
  for (const [what, fault, comesBack] of tunnelFaults) {
    test(`${what} before the ${side} of a WebSocket: it works, or both ends are let go`, async (t) => {
      const { proxy } = await setUpProxy(
        t,
        {},
        { limits: comesBack ? {} : { tunnelIdleMs: 400, tunnelHalfClosedMs: 400, lingerMs: 50 } },
      );
      const echo = await WebSocketEcho.start({ answer: ({ head }) => switching(head) });
      const relay = await FaultRelay.start(side === 'upstream' ? echo.port : proxy.port);
      t.after(() => Promise.all([relay.close(), echo.close()]));
      relay.fault = fault;
      proxy.setEndpoints('s', [side === 'upstream' ? relay.port : echo.port]);
      const sender = await RawSender.connect(side === 'upstream' ? proxy.port : relay.port);
      sender.send(handshake());
      await sender.untilReceived('101 Switching');
      const echoed = frame(body);
      sender.send(frame(body, { masked: true }));
      if (comesBack) await until(() => sender.receivedBuffer.includes(echoed), 'the echo');
      else await until(() => proxy.proxy.openConnections === 0, 'both ends to be let go');
      sender.close();
      await until(() => proxy.proxy.inFlight === 0, 'nothing in flight');
      if (side === 'client') await until(() => echo.openCount === 0, 'the upstream to be let go');
    });
  }
}
