import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import '../support/leaks.ts';
import { silentLog } from '../../src/model/log.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { PlanDelta } from '../../src/model/plan-delta.ts';
import type { Limits } from '../../src/proxy/limits.ts';
import { ListenError } from '../../src/proxy/listen-error.ts';
import { type Proxy as DataPlane, startProxy } from '../../src/proxy/proxy.ts';
import { BytePeer } from '../support/raw/byte-peer.ts';
import { Datagrams } from '../support/raw/datagrams.ts';
import { RawSender } from '../support/raw/sender.ts';
import { planTcpRoute } from '../support/raw/tcp-routes.ts';
import { planUdpRoute } from '../support/raw/test-udp.ts';
import { until } from '../support/raw/until.ts';

const host = '127.0.0.1';
const state = { ready: true, serving: true, terminating: false };
const none = { set: [], removed: [] };

interface Opened {
  readonly port?: number;
  readonly limits?: Partial<Limits>;
}

async function openProxy(outcomes: Outcome[], open: string[], { port = 0, limits }: Opened = {}) {
  return startProxy({
    entryPoints: [
      { name: 'web', host, port: 0, tls: false },
      { name: 'dns', host, port, tls: false, udp: true },
    ],
    reusePort: false,
    recorder: {
      finished: (outcome) => outcomes.push(outcome),
      connectionOpened: (_entryPoint, protocol) => open.push(protocol),
      connectionClosed: (_entryPoint, protocol) => open.splice(open.indexOf(protocol), 1),
      connectionRefused() {},
    },
    trustedIps: [],
    hideReason: false,
    limits: { tickMs: 10, settleMs: 0, ...limits },
    hostName: 'fairlead-test',
    log: silentLog,
  });
}

/** A proxy with a route for clear TCP and one for UDP, before upstreams that echo. */
async function setUp(t: TestContext, limits: Partial<Limits> = {}) {
  const outcomes: Outcome[] = [];
  const open: string[] = [];
  const proxy = await openProxy(outcomes, open, { limits });
  const peer = await BytePeer.start(({ socket }) => socket.pipe(socket));
  const datagrams = await Datagrams.echo();
  const client = await Datagrams.open();
  const endpoints = (port: number) => [{ address: host, port, ...state }];
  proxy.setEndpoints(
    [
      { service: 's', endpoints: endpoints(peer.port) },
      { service: 'dns', endpoints: endpoints(datagrams.port) },
    ],
    [],
  );
  const delta: PlanDelta = {
    since: 0,
    generation: 1,
    routes: none,
    services: none,
    middlewares: none,
    tcpRoutes: { set: [planTcpRoute({}, 0)], removed: [] },
    udpRoutes: { set: [planUdpRoute({ targets: [{ service: 'dns', weight: 1 }] }, 0)], removed: [] },
  };
  proxy.buildPlan(delta, true);
  t.after(async () => {
    await proxy.close();
    await peer.close();
    await datagrams.close();
    await client.close();
    assert.deepEqual(open, []);
    assert.equal(proxy.openConnections, 0);
    assert.equal(proxy.watched, 0);
  });
  return { proxy, outcomes, open, client, dns: proxy.ports.dns ?? 0, web: proxy.ports.web ?? 0 };
}

/** A connection and a session that are in use. */
async function useBoth({ web, dns, client }: { web: number; dns: number; client: Datagrams }) {
  const sender = await RawSender.connect(web);
  sender.send('one');
  await sender.untilReceived('one');
  client.send('one', dns);
  await client.untilReceived(1);
  return sender;
}

test('connections of TCP and sessions of UDP are counted as what they are', async (t) => {
  const all = await setUp(t);
  const sender = await useBoth(all);
  assert.deepEqual(all.open.toSorted(), ['tcp', 'udp']);
  assert.equal(all.proxy.openConnections, 2);
  sender.close();
});

test('both go on while the proxy drains, and it waits for them', async (t) => {
  const all = await setUp(t, { udpSessionMs: 300 });
  const sender = await useBoth(all);
  const drained = all.proxy.drain(20_000);
  sender.send('two');
  await sender.untilReceived('onetwo');
  all.client.send('two', all.dns);
  await all.client.untilReceived(2);
  sender.end();
  await sender.untilOver();
  await drained;
  assert.deepEqual(
    all.outcomes.map(({ protocol, reason }) => ({ protocol, reason })),
    [
      { protocol: 'tcp', reason: null },
      { protocol: 'udp', reason: null },
    ],
  );
  sender.close();
});

test('what is still in use at the end of the grace is closed', async (t) => {
  const all = await setUp(t, { udpSessionMs: 60_000 });
  const sender = await useBoth(all);
  await all.proxy.drain(50);
  await sender.untilOver();
  await until(() => all.outcomes.length === 2, 'both outcomes');
  assert.ok(all.outcomes.every(({ reason }) => reason === 'Draining'));
  sender.close();
});

test('a route of a piece that is not the last one of its delta takes nothing yet', async (t) => {
  const all = await setUp(t);
  const sender = await useBoth(all);
  sender.close();
  const delta = { since: 1, routes: none, services: none, middlewares: none };
  const gone = {
    tcpRoutes: { set: [], removed: ['IngressRouteTCP/default/test/0'] },
    udpRoutes: { set: [], removed: ['IngressRouteUDP/default/test/0'] },
  };
  all.proxy.buildPlan({ ...delta, ...gone, generation: 1 }, false);
  const still = await RawSender.connect(all.web);
  still.send('here');
  await still.untilReceived('here');
  still.close();
  all.proxy.buildPlan({ ...delta, generation: 2 }, true);
  const late = await RawSender.connect(all.web);
  late.send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n');
  await late.untilReceived('HTTP/1.1 404');
  late.close();
});

test('an entry point of UDP whose port is taken ends the start, with nothing left open', async (t) => {
  const all = await setUp(t);
  const starting: Promise<DataPlane> = openProxy([], [], { port: all.dns });
  await assert.rejects(starting, (error) => error instanceof ListenError && error.entryPoint === 'dns');
});
