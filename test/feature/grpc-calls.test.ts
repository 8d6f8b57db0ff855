import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { allOf } from '../support/grpc/echo-client.ts';
import { startGrpcWorld, ways } from '../support/grpc/grpc-world.ts';

test('a gRPC client and a gRPC server speak through Fairlead', async (context) => {
  const world = await startGrpcWorld(context, 1);
  const [server] = world.servers;
  assert.ok(server !== undefined);
  for (const way of ways) {
    await context.test(`${way}: a unary call, with metadata both ways and trailers`, async (each) => {
      const metadata = new Metadata();
      metadata.set('plain', 'text');
      metadata.set('bytes-bin', Buffer.from([0, 1, 254, 255]));
      metadata.add('twice', 'one');
      metadata.add('twice', 'two');
      const answer = await world.client(each, way).unary(Buffer.from('hello'), { metadata });
      assert.equal(String(answer.message), 'hello');
      assert.deepEqual(answer.metadata.get('server'), ['server 0']);
      assert.equal(answer.status.code, status.OK);
      assert.deepEqual(answer.status.metadata.get('after'), ['body']);
      assert.deepEqual(answer.status.metadata.get('after-bin'), [Buffer.from([0, 255, 1])]);
      const seen = server.lastMetadata;
      assert.deepEqual(seen.get('plain'), ['text']);
      assert.deepEqual(seen.get('bytes-bin'), [Buffer.from([0, 1, 254, 255])]);
      assert.equal(seen.get('twice').join(', '), 'one, two');
      assert.deepEqual(seen.get('x-forwarded-proto'), [way === 'tls' ? 'https' : 'http']);
    });

    await context.test(`${way}: an empty message is a message`, async (each) => {
      const { message } = await world.client(each, way).unary(Buffer.alloc(0));
      assert.equal(message.length, 0);
    });

    await context.test(`${way}: a client that streams is answered once`, async (each) => {
      const messages = Array.from({ length: 100 }, (_, index) => Buffer.alloc(index, 'c'));
      assert.equal(await world.client(each, way).collect(messages), '100 messages, 4950 bytes');
    });

    await context.test(`${way}: a server that streams sends all its messages in order`, async (each) => {
      const { messages, server: name } = await allOf(world.client(each, way).count(200, 1_000));
      assert.equal(name, 'server 0');
      assert.equal(messages.length, 200);
      assert.ok(messages.every((message) => message.length === 1_000));
    });

    await context.test(`${way}: each message of a chat is answered before the next is sent`, async (each) => {
      const chat = world.client(each, way).chat();
      for (let index = 0; index < 20; index++) {
        const answered = new Promise<Buffer>((resolve) => chat.once('data', resolve));
        chat.write(Buffer.from(`message ${index}`));
        assert.equal(String(await answered), `message ${index}`);
      }
      const ended = new Promise((resolve) => chat.once('end', resolve));
      chat.end();
      chat.resume();
      await ended;
    });

    await context.test(`${way}: an error in trailers only arrives as it was sent`, async (each) => {
      await assert.rejects(world.client(each, way).fail(), (error: ServiceError) => {
        assert.equal(error.code, status.FAILED_PRECONDITION);
        assert.equal(error.details, 'not now: 100 %, ü');
        assert.deepEqual(error.metadata.get('because'), ['of the test']);
        return true;
      });
    });
  }
});

test('a service without endpoints is a gRPC status, and one that comes back is used again', async (context) => {
  const world = await startGrpcWorld(context, 1);
  const client = world.client(context, 'h2c');
  await client.unary(Buffer.from('x'));
  for (const { stop } of world.servers) stop();
  await assert.rejects(client.unary(Buffer.from('x')), (error: ServiceError) => {
    // How a client has to read answers that are not gRPC: 502, 503 and 504 are UNAVAILABLE.
    assert.equal(error.code, status.UNAVAILABLE);
    return true;
  });
});
