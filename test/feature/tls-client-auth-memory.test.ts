import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growth } from '../support/heap.ts';
import { setUp } from '../support/raw/set-up.ts';
import { until } from '../support/raw/until.ts';
import { authorityMaterial, pairMaterial, TestAuthority } from '../support/tls/certificates.ts';
import { ask } from '../support/tls/client.ts';

const [servers, trusted, stranger] = await Promise.all([
  TestAuthority.make('servers'),
  TestAuthority.make('trusted'),
  TestAuthority.make('stranger'),
]);
const pair = pairMaterial(await servers.issue(['a.test']));
const authorities = authorityMaterial(trusted);
const [good, foreign] = await Promise.all([
  trusted.issue(['client'], { usage: 'client' }),
  stranger.issue(['client'], { usage: 'client' }),
]);

test('handshakes with client certificates leave no memory behind, admitted or not', async (t) => {
  const { proxy } = await setUp(
    t,
    { keeps: false },
    {
      keepsOutcomes: false,
      tls: {
        material: [pair, authorities],
        hosts: [{ host: 'a.test', certificates: [pair.id], options: 'default/mutual' }],
        options: [
          {
            id: 'default/mutual',
            clientAuth: { mode: 'RequireAndVerifyClientCert', authorities: [authorities.id] },
          },
        ],
      },
    },
  );
  const handshakes = async (count: number): Promise<void> => {
    for (let round = 0; round < count; round += 10) {
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, index) => {
          const { certificate, key } = index % 2 === 0 ? good : foreign;
          return ask(proxy.port, 'a.test', { servername: 'a.test', cert: certificate, key });
        }),
      );
      assert.deepEqual(
        results.map((result) => result === 200),
        results.map((_, index) => index % 2 === 0),
      );
    }
    await until(() => proxy.proxy.openConnections === 0, 'no connection');
  };
  await handshakes(200);
  // Certificates and session of a connection that is kept are more than 5 KiB.
  const limit = 2_500_000;
  const grown = await growth(limit, () => handshakes(600));
  assert.ok(grown < limit, `${grown} bytes more`);
});
