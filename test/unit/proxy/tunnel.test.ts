import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { silentLog } from '../../../src/model/log.ts';
import type { Outcome } from '../../../src/model/outcome.ts';
import type { RequestView } from '../../../src/model/request-view.ts';
import type { Action } from '../../../src/proxy/action.ts';
import { Deadlines } from '../../../src/proxy/deadlines.ts';
import { type ClientSide, Exchange, type UpstreamSide } from '../../../src/proxy/exchange.ts';
import { Handler } from '../../../src/proxy/handle.ts';
import { defaultLimits } from '../../../src/proxy/limits.ts';
import { failures } from '../../../src/proxy/proxy-error.ts';
import { RequestHead } from '../../../src/proxy/request-head.ts';
import { Responder } from '../../../src/proxy/respond.ts';
import { ResponseHead } from '../../../src/proxy/response-head.ts';
import { timeoutsOf } from '../../../src/proxy/timeouts.ts';
import { Table } from '../../../src/routing/table.ts';

const view: RequestView = {
  entryPoint: 'web',
  clientIp: '127.0.0.1',
  tls: false,
  host: 'a.test',
  path: '/',
  method: 'GET',
  query: '',
  header: () => [],
};

/** Both sides of a tunnel, as a list of what is done to them. */
function fakeSides(calls: string[]): { client: ClientSide; upstream: UpstreamSide } {
  const note =
    (what: string) =>
    (...args: readonly unknown[]): boolean => {
      const [bytes] = args;
      calls.push(Buffer.isBuffer(bytes) ? `${what} ${bytes.toString('latin1')}` : what);
      return false;
    };
  const common = { pauseBody() {}, resumeBody() {}, flush() {} };
  return {
    client: {
      ...common,
      entryPoint: 'web',
      readBody() {},
      sendInformational() {},
      sendTrailers() {},
      sendHead() {},
      sendBody: note('to client'),
      endBody: note('end to client'),
      openTunnel: note('opened'),
      sendAnswer: note('answer'),
      abort: note('abort'),
      finished: note('finished'),
      addresses: () => ({ clientIp: '', clientPort: 0, serverIp: '', serverPort: 0 }),
    },
    upstream: {
      ...common,
      isReused: false,
      isReady: true,
      sendHead() {},
      sendBody: note('to upstream'),
      endBody: note('end to upstream'),
      cancel: note('cancelled'),
    },
  };
}

const limits = { ...defaultLimits, tickMs: 10, tunnelIdleMs: 1_000, tunnelHalfClosedMs: 100 };

function openTunnel(t: TestContext) {
  const calls: string[] = [];
  const outcomes: Outcome[] = [];
  const clock = { now: 1_000 };
  const deadlines = new Deadlines(limits.tickMs, () => clock.now);
  t.after(() => deadlines.stop());
  const handler = new Handler(Table.empty<Action>(), {
    recorder: {
      finished: (outcome) => outcomes.push(outcome),
      connectionOpened() {},
      connectionClosed() {},
      connectionRefused() {},
    },
    policies: { isMisdirected: () => false },
    responder: new Responder(false),
    log: silentLog,
    limits,
    deadlines,
    overload: null,
  });
  const { client, upstream } = fakeSides(calls);
  const exchange = new Exchange(client, handler, new RequestHead(), view);
  exchange.upstream = upstream;
  exchange.timeouts = timeoutsOf(undefined, limits);
  handler.inFlight.up();
  const head = new ResponseHead();
  head.status = 101;
  handler.switched(exchange, head);
  const { tunnel } = exchange;
  assert.ok(tunnel !== null);
  const pass = (ms: number): void => {
    clock.now += ms;
    deadlines.tick();
  };
  return { calls, outcomes, handler, exchange, tunnel, deadlines, pass };
}

const bytes = Buffer.from('bytes');

test('bytes of either side put the end of a silent tunnel off', (t) => {
  const { calls, outcomes, tunnel, deadlines, pass, handler } = openTunnel(t);
  for (let count = 0; count < 5; count++) {
    pass(900);
    tunnel.fromClient(bytes, 0, bytes.length);
    pass(900);
    tunnel.fromUpstream(bytes, 0, bytes.length);
  }
  assert.equal(outcomes.length, 0);
  pass(900);
  assert.equal(outcomes.length, 0);
  pass(200);
  assert.deepEqual(calls.slice(-2), ['cancelled', 'finished']);
  assert.equal(outcomes[0]?.status, 101);
  assert.equal(outcomes[0]?.requestBytes, 25);
  assert.equal(outcomes[0]?.responseBytes, 25);
  assert.equal(deadlines.size, 0);
  assert.equal(handler.inFlight.value, 0);
});

test('a tunnel that is half closed may be silent for a shorter time', (t) => {
  for (const end of ['clientEnd', 'upstreamEnd'] as const) {
    const { calls, outcomes, tunnel, pass } = openTunnel(t);
    tunnel[end]();
    assert.equal(calls.at(-1), end === 'clientEnd' ? 'end to upstream' : 'end to client');
    pass(90);
    tunnel.fromUpstream(bytes, 0, bytes.length);
    pass(90);
    assert.equal(outcomes.length, 0);
    pass(30);
    assert.equal(outcomes.length, 1);
  }
});

test('when both have ended, a client that has gone leaves its last bytes to the upstream', (t) => {
  const { calls, outcomes, handler, exchange, tunnel } = openTunnel(t);
  tunnel.clientEnd();
  tunnel.upstreamEnd();
  handler.clientGone(exchange);
  assert.ok(!calls.includes('cancelled'));
  assert.equal(outcomes.length, 0);
  handler.upstreamFailed(exchange, failures.upstreamReset);
  assert.equal(outcomes[0]?.reason, null);
  assert.equal(calls.at(-1), 'finished');
});

test('when both have ended and the client has gone, ending all tunnels ends it too, and once only', (t) => {
  const { calls, outcomes, handler, exchange, tunnel } = openTunnel(t);
  tunnel.clientEnd();
  tunnel.upstreamEnd();
  handler.clientGone(exchange);
  handler.endTunnels();
  handler.endTunnels();
  handler.clientGone(exchange);
  handler.tunnelExpired(exchange);
  assert.ok(calls.includes('cancelled'));
  assert.ok(!calls.some((call) => call.startsWith('to client')));
  assert.equal(outcomes.length, 1);
});

test('a side that breaks off is named, unless it had said that it ends', (t) => {
  const reasons: unknown[] = [];
  for (const ends of [false, true]) {
    const first = openTunnel(t);
    if (ends) first.tunnel.clientEnd();
    first.handler.clientGone(first.exchange);
    const second = openTunnel(t);
    if (ends) second.tunnel.upstreamEnd();
    second.handler.upstreamFailed(second.exchange, failures.upstreamReset);
    assert.ok(!second.calls.includes('abort'), 'what was sent to the client still reaches it');
    reasons.push(first.outcomes[0]?.reason, second.outcomes[0]?.reason);
  }
  assert.deepEqual(reasons, ['ClientClosed', 'UpstreamReset', null, null]);
});

test('a bug in a tunnel costs this tunnel, and leaves nothing behind', (t) => {
  const { outcomes, handler, exchange, deadlines } = openTunnel(t);
  handler.broken(exchange, new Error('a bug for this test'));
  assert.equal(outcomes[0]?.reason, 'InternalError');
  assert.equal(deadlines.size, 0);
  handler.endTunnels();
  assert.equal(outcomes.length, 1);
});
