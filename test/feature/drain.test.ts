import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { customResourceDefinitions } from '../../src/api/crds.ts';
import { startDevCluster } from '../../src/devcluster/dev-cluster.ts';
import { get, startUpstream } from '../support/http.ts';
import { endpoints, ingressRoute, service } from '../support/objects.ts';
import { startCommand } from '../support/process.ts';
import { until } from '../support/raw/until.ts';
import { replaceUnderLoad } from '../support/rolling.ts';

test('clients on kept connections lose no request when the process is told to stop', async (context) => {
  const cluster = await startDevCluster();
  context.after(() => cluster.stop());
  const upstream = await startUpstream(context, 'one');
  const objects = [
    service('one'),
    ...endpoints('one', [upstream]),
    ingressRoute('a', 'Host(`a.example`)', 'one'),
  ];
  for (const object of [...customResourceDefinitions(), ...objects])
    cluster.apply(structuredClone(object) as never);
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-'));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'kubeconfig'), cluster.kubeconfig());
  const run = startCommand(context, [
    ...['run', '--kubeconfig', join(folder, 'kubeconfig'), '--workers=1', '--drain=0', '--log-format=json'],
    ...['--entrypoint=web=127.0.0.1:0', '--metrics=127.0.0.1:0', '--admin=127.0.0.1:0', '--access-log=off'],
  ]);
  const [, port] = await run.printed(/"ports":\{"web":(\d+)\}.*"msg":"ready"/);

  const clients = Array.from({ length: 8 }, () => new KeptClient(Number(port)));
  context.after(() => {
    for (const client of clients) client.close();
  });
  await until(() => clients.every((client) => client.answered > 20), 'all clients to be at work');
  run.process.kill('SIGTERM');
  await Promise.all(clients.map((client) => client.over));
  assert.deepEqual(
    clients.map((client) => client.lost),
    clients.map(() => null),
  );
  assert.equal(await run.exited, 0);
});

test('processes that replace each other on one port lose no request', async (context) => {
  // By hand, a hundred of them: `node test/bench/restarts.ts`.
  const restarts = process.env.FAIRLEAD_LONG_TESTS === undefined ? 3 : 20;
  const { answered, failures, exitCodes } = await replaceUnderLoad(context, restarts);
  assert.deepEqual(failures, []);
  assert.deepEqual(
    exitCodes,
    exitCodes.map(() => 0),
  );
  assert.ok(answered > restarts * 8, `${answered} answers`);
});

/** Asks again and again on one connection, until an answer says that the connection closes. */
class KeptClient {
  answered = 0;
  lost: string | null = null;
  readonly over: Promise<void>;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(port: number) {
    this.over = this.#run(port);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #run(port: number): Promise<void> {
    try {
      for (let closes = false; !closes; ) {
        const { status, headers } = await get(port, 'a.example', '/', this.#agent);
        assert.equal(status, 200);
        this.answered += 1;
        closes = headers.connection === 'close';
      }
    } catch (error) {
      this.lost = String(error);
    }
  }
}
