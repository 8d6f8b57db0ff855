import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../../support/leaks.ts';
import { ConnectionCounts } from '../../../../src/proxy/tcp/connection-counts.ts';
import { compileSteps } from '../../../../src/proxy/tcp/steps.ts';
import { BytePeer } from '../../../support/raw/byte-peer.ts';
import { RawSender } from '../../../support/raw/sender.ts';
import { TestRelays } from '../../../support/raw/test-relays.ts';
import { until } from '../../../support/raw/until.ts';

function allowList(...ranges: readonly string[]) {
  const [step] = compileSteps([{ kind: 'ipAllowList', ranges }], new ConnectionCounts());
  return (clientIp: string) => step?.enter(clientIp) ?? null;
}

test('an allow list lets in whose address is in one of its ranges', () => {
  const enter = allowList('10.0.0.0/8', '2001:db8::/32', '192.0.2.7');
  for (const address of ['10.255.0.1', '2001:db8::5', '192.0.2.7']) assert.equal(enter(address), null);
  for (const address of ['11.0.0.1', '2001:db9::5', '192.0.2.8', '', 'nonsense']) {
    assert.equal(enter(address), 'AddressNotAllowed', address);
  }
});

test('an allow list without a range that can be read lets nobody in', () => {
  assert.equal(allowList()('192.0.2.1'), 'AddressNotAllowed');
  assert.equal(allowList('nonsense')('192.0.2.1'), 'AddressNotAllowed');
});

test('connections of clients that are not allowed are closed before an upstream hears of them', async () => {
  const peer = await BytePeer.start();
  const relays = await TestRelays.start({
    endpoints: { s: [peer.port] },
    routes: [{ middlewares: [{ kind: 'ipAllowList', ranges: ['192.0.2.0/24'] }] }],
  });
  const client = await RawSender.connect(relays.port);
  await client.untilOver();
  assert.equal(relays.outcomes[0]?.reason, 'AddressNotAllowed');
  assert.equal(relays.outcomes[0]?.status, 403);
  assert.equal(peer.connections.length, 0);
  client.close();
  await relays.close();
  await peer.close();
});

test('as many connections are open at once as a limit allows, counted over all routes that name it', async () => {
  const peer = await BytePeer.start();
  const middlewares = [{ kind: 'inFlightConn', id: 'default/two', amount: 2 }] as const;
  const relays = await TestRelays.start({ endpoints: { s: [peer.port] }, routes: [{ middlewares }] });
  const first = await RawSender.connect(relays.port);
  await peer.connection(0);
  // Another route from now on, with the same limit.
  relays.publish([{ id: 'IngressRouteTCP/default/other/0', priority: 2, middlewares }]);
  const second = await RawSender.connect(relays.port);
  await peer.connection(1);
  const third = await RawSender.connect(relays.port);
  await third.untilOver();
  assert.equal(relays.outcomes[0]?.reason, 'TooManyConnections');
  assert.equal(relays.outcomes[0]?.status, 429);
  first.close();
  await relays.untilOutcomes(2);
  const fourth = await RawSender.connect(relays.port);
  await peer.connection(2);
  for (const client of [second, third, fourth]) client.close();
  await until(() => relays.open.size === 0, 'all to be closed');
  await relays.close();
  await peer.close();
});

test('what a step has let in is given back where a later one refuses', async () => {
  const relays = await TestRelays.start({
    routes: [
      {
        middlewares: [
          { kind: 'inFlightConn', id: 'default/one', amount: 1 },
          { kind: 'ipAllowList', ranges: [] },
        ],
      },
    ],
  });
  for (let index = 0; index < 3; index++) {
    const client = await RawSender.connect(relays.port);
    await client.untilOver();
    client.close();
  }
  assert.deepEqual(
    relays.outcomes.map(({ reason }) => reason),
    ['AddressNotAllowed', 'AddressNotAllowed', 'AddressNotAllowed'],
  );
  await relays.close();
});
