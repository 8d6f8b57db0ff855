import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import '../support/leaks.ts';
import type { PlanTcpRoute } from '../../src/model/plan-tcp.ts';
import { selfSignedId } from '../../src/model/plan-tls.ts';
import { postgresFolder, redisServer, startPostgres, startRedis } from '../support/databases.ts';
import { planTcpRoute } from '../support/raw/tcp-routes.ts';
import { TestProxy } from '../support/raw/test-proxy.ts';
import { pairMaterial, TestAuthority } from '../support/tls/certificates.ts';

const run = promisify(execFile);
const postgres = postgresFolder();
const redis = redisServer();
const noPostgres = postgres === null && 'PostgreSQL is not installed in /usr/lib/postgresql';
const noRedis = redis === null && 'Redis is not installed in /usr/bin';

const authority = await TestAuthority.make();
const [atDatabase, atProxy] = await Promise.all([authority.issue(['db.test']), authority.issue(['db.test'])]);

async function proxyBefore(t: TestContext, port: number, tls: PlanTcpRoute['tls']): Promise<TestProxy> {
  const rule = { kind: 'hostSni', host: tls === null ? '*' : 'db.test' } as const;
  const proxy = await TestProxy.start({
    endpoints: [port],
    routes: [],
    tcpRoutes: [planTcpRoute({ tls, rule }, 0)],
    tls: {
      material: [pairMaterial(atProxy, selfSignedId)],
      hosts: [{ host: 'db.test', certificates: [selfSignedId], options: 'default' }],
    },
  });
  t.after(async () => {
    await proxy.close();
    assert.deepEqual(proxy.errors, []);
  });
  return proxy;
}

test('PostgreSQL is served in clear text, with TLS passed through, and with TLS ended', {
  skip: noPostgres,
}, async (t) => {
  const folder = postgres ?? '';
  const database = await startPostgres(t, folder, atDatabase);
  const home = mkdtempSync(join(tmpdir(), 'fairlead-psql-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const root = join(home, 'root.crt');
  writeFileSync(root, authority.certificate);
  /** What the server says of a connection made with these words: whether it is over TLS there, and 16 MiB. */
  const ask = async (port: number, words: string): Promise<string> => {
    const to = `host=db.test hostaddr=127.0.0.1 port=${port} user=fairlead dbname=postgres ${words}`;
    const question = `select ssl, length(repeat('x', 16777216)), repeat('y', 1048576) from pg_stat_ssl where pid = pg_backend_pid()`;
    const { stdout } = await run(join(folder, 'psql'), ['-XAtc', question, to], {
      env: { PATH: process.env.PATH, HOME: home },
      maxBuffer: 8_388_608,
    });
    const [ssl = '', length = '', text = ''] = stdout.trim().split('|');
    assert.equal(length, '16777216');
    assert.equal(text.length, 1_048_576);
    return ssl;
  };
  const clear = await proxyBefore(t, database.port, null);
  assert.equal(await ask(clear.port, 'sslmode=disable'), 'f');
  assert.equal(
    await ask(clear.port, `sslmode=verify-full sslrootcert=${root}`),
    't',
    'the bytes are its own matter',
  );
  const passing = await proxyBefore(t, database.port, { mode: 'passthrough' });
  assert.equal(await ask(passing.port, `sslmode=verify-full sslrootcert=${root}`), 't');
  const ending = await proxyBefore(t, database.port, { mode: 'terminate', options: 'default' });
  assert.equal(await ask(ending.port, `sslmode=verify-full sslrootcert=${root}`), 'f');
  await assert.rejects(ask(ending.port, `sslmode=verify-full sslrootcert=${root} sslsni=0`));
});

test('Redis is served, in a stream of many commands too', { skip: noRedis }, async (t) => {
  const database = await startRedis(t, redis ?? '');
  const proxy = await proxyBefore(t, database.port, null);
  const ask = async (...words: readonly string[]): Promise<string> => {
    const { stdout } = await run('/usr/bin/redis-cli', ['-p', String(proxy.port), ...words]);
    return stdout.trim();
  };
  assert.equal(await ask('set', 'name', 'fairlead'), 'OK');
  assert.equal(await ask('get', 'name'), 'fairlead');
  const pipe = spawn('/usr/bin/redis-cli', ['-p', String(proxy.port), '--pipe']);
  const commands = Array.from({ length: 20_000 }, (_, index) => `SET key${index} value${index}\r\n`);
  let said = '';
  pipe.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  pipe.stdin.end(commands.join(''));
  await new Promise((resolve) => pipe.on('close', resolve));
  assert.match(said, /errors: 0, replies: 20000/);
  assert.equal(await ask('dbsize'), '20001');
  await proxy.untilOutcomes(4);
  assert.ok(proxy.outcomes.every(({ protocol, reason }) => protocol === 'tcp' && reason === null));
});
