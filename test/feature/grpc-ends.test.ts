import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { type ServiceError, status } from '@grpc/grpc-js';
import { rawCall, startGrpcWorld, ways } from '../support/grpc/grpc-world.ts';
import { until } from '../support/raw/until.ts';

const wait = { method: 'Wait', message: Buffer.alloc(0) };

test('what ends a gRPC call reaches the other side', async (context) => {
  const world = await startGrpcWorld(context, 1);
  const [server] = world.servers;
  assert.ok(server !== undefined);
  for (const way of ways) {
    await context.test(`${way}: the server is told of a deadline`, async (each) => {
      const client = world.client(each, way);
      await client.unary(Buffer.from('x'));
      assert.equal(server.lastTimeMs, Number.POSITIVE_INFINITY);
      await client.unary(Buffer.from('x'), { deadline: Date.now() + 60_000 });
      assert.ok(server.lastTimeMs > 0 && server.lastTimeMs <= 60_000, String(server.lastTimeMs));
    });

    await context.test(`${way}: a deadline that has run out ends the call at the server`, async (each) => {
      const before = server.cancelled;
      const call = world.client(each, way).wait({ deadline: Date.now() + 1_500 });
      call.on('data', () => {});
      const [error] = (await once(call, 'error')) as [ServiceError];
      assert.equal(error.code, status.DEADLINE_EXCEEDED);
      await until(() => server.cancelled > before && server.waiting === 0, 'the call to end at the server');
    });

    await context.test(`${way}: a cancelled call ends at the server, others go on`, async (each) => {
      const client = world.client(each, way);
      const before = server.cancelled;
      const chat = client.chat();
      const call = client.wait();
      const other = client.wait();
      other.on('error', () => {});
      await Promise.all([once(call, 'data'), once(other, 'data')]);
      const failed = once(call, 'error');
      call.cancel();
      assert.equal(((await failed) as [ServiceError])[0].code, status.CANCELLED);
      await until(() => server.cancelled === before + 1, 'the call to end at the server');
      assert.equal(server.waiting, 1);
      const answered = once(chat, 'data');
      chat.write(Buffer.from('still here'));
      assert.equal(String((await answered)[0]), 'still here');
      other.cancel();
      chat.on('end', () => {}).end();
      await until(() => server.waiting === 0, 'the other call to end');
    });

    await context.test(`${way}: a client that is gone has its calls ended at the server`, async (each) => {
      const before = server.cancelled;
      const session = world.session(each, way);
      const calls = [1, 2, 3].map(() => rawCall(session, world.hostOf(way), wait));
      await Promise.all(calls.map((call) => once(call, 'data')));
      session.destroy();
      await until(() => server.cancelled === before + 3, 'all calls to end at the server');
      assert.equal(server.waiting, 0);
    });
  }

  await context.test('a server that breaks down ends the calls of its clients', async (each) => {
    const call = world.client(each, 'tls').wait();
    await once(call, 'data');
    const failed = once(call, 'error');
    server.stop();
    const [error] = (await failed) as [ServiceError];
    assert.ok(
      [status.UNAVAILABLE, status.INTERNAL, status.CANCELLED, status.UNKNOWN].includes(error.code),
      `${error.code} ${error.details}`,
    );
  });
});
