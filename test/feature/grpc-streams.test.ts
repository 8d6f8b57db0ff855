import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { rawCall, startGrpcWorld, ways } from '../support/grpc/grpc-world.ts';
import { until } from '../support/raw/until.ts';

const mebibyte = 2 ** 20;

test('streams of one connection go to all endpoints, and none takes the room of the others', async (context) => {
  const world = await startGrpcWorld(context, 3);
  for (const way of ways) {
    await context.test(
      `${way}: 100 calls at a time on one connection, balanced over 3 servers`,
      async (each) => {
        const client = world.client(each, way);
        for (const { calls } of world.servers) calls.clear();
        const messages = Array.from({ length: 300 }, (_, index) => Buffer.from(`call ${index}`));
        for (let first = 0; first < messages.length; first += 100) {
          const some = messages.slice(first, first + 100);
          const answers = await Promise.all(some.map((message) => client.unary(message)));
          assert.deepEqual(
            answers.map(({ message }) => String(message)),
            some.map(String),
          );
        }
        const counts = world.servers.map(({ calls }) => calls.get('unary') ?? 0);
        assert.equal(
          counts.reduce((sum, count) => sum + count, 0),
          300,
        );
        for (const count of counts) assert.ok(count >= 50, counts.join(', '));
      },
    );

    await context.test(`${way}: 99 open streams do not hinder a call`, async (each) => {
      const client = world.client(each, way);
      const calls = Array.from({ length: 99 }, () => client.wait());
      for (const call of calls) call.on('error', () => {});
      await Promise.all(calls.map((call) => once(call, 'data')));
      assert.equal(String((await client.unary(Buffer.from('me too'))).message), 'me too');
      for (const call of calls) call.cancel();
      await until(() => world.servers.every(({ waiting }) => waiting === 0), 'all calls to end');
    });

    await context.test(`${way}: messages of 4 MiB pass whole, both ways`, async (each) => {
      const message = Buffer.alloc(4 * mebibyte);
      for (let index = 0; index < message.length; index += 4) message.writeUInt32LE(index, index);
      const client = world.client(each, way);
      const answers = await Promise.all([1, 2, 3].map(() => client.unary(message)));
      for (const answer of answers) assert.ok(answer.message.equals(message));
    });

    await context.test(
      `${way}: a client that does not read holds its server, and nobody else`,
      async (each) => {
        const session = world.session(each, way);
        const authority = world.hostOf(way);
        const before = world.servers.map(({ sent }) => sent);
        const count = { method: 'Count', message: Buffer.from(`1024 ${mebibyte / 16}`) };
        const call = rawCall(session, authority, count);
        await once(call, 'response');
        const sent = (): number =>
          world.servers.reduce((sum, server, at) => sum + server.sent - (before[at] ?? 0), 0);
        // The others of the same connection go on, and after a while nothing more is sent to the one that stands still.
        let [last, unchanged] = [0, 0];
        for (let calls = 0; unchanged < 50 && calls < 1_000; calls++) {
          const other = rawCall(session, authority, { method: 'Unary', message: Buffer.alloc(10_000) });
          await once(other.resume(), 'end');
          unchanged = sent() === last ? unchanged + 1 : 0;
          last = sent();
        }
        assert.equal(unchanged, 50);
        assert.ok(sent() < 512, `${sent() / 16} MiB were sent to a client that reads nothing`);
        let bytes = 0;
        call.on('data', (piece: Buffer) => {
          bytes += piece.length;
        });
        await once(call, 'end');
        assert.equal(bytes, 64 * mebibyte + 1_024 * 5);
      },
    );

    await context.test(
      `${way}: a client that sends 64 MiB is read at the pace of its server`,
      async (each) => {
        const piece = Buffer.alloc(mebibyte, 'p');
        const answer = await world.client(each, way).collect(Array.from({ length: 64 }, () => piece));
        assert.equal(answer, `64 messages, ${64 * mebibyte} bytes`);
      },
    );
  }
});
