import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type LookupFunction, type Server } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ReadMemory } from '../../../src/proxy/read-memory.ts';
import {
  acceptSockets,
  connectSocket,
  type SocketWatcher,
  type WatchedSocket,
  watch,
} from '../../../src/proxy/watched-socket.ts';
import { until } from '../../support/raw/until.ts';

/** Notes what it is told. */
class Notes implements SocketWatcher {
  readonly seen: string[] = [];
  /** What `onBytes` throws. */
  fault: Error | null = null;
  /** The memory that the last bytes were in. */
  memory: Buffer | null = null;

  onBytes(bytes: Buffer, length: number): void {
    this.memory = bytes;
    this.seen.push(`bytes ${bytes.toString('latin1', 0, length)}`);
    if (this.fault !== null) throw this.fault;
  }
  onConnect(): void {
    this.seen.push('connect');
  }
  onDrain(): void {
    this.seen.push('drain');
  }
  onEnd(): void {
    this.seen.push('end');
  }
  onFinish(): void {
    this.seen.push('finish');
  }
  onGone(): void {
    this.seen.push('gone');
  }
  onBug(cause: unknown): void {
    this.seen.push(`bug ${(cause as Error).message}`);
  }
}

interface Accepted {
  readonly port: number;
  readonly sockets: WatchedSocket[];
  readonly notes: Notes;
}

/** A listening server whose accepted sockets go to one watcher; `view` is what `acceptSockets` sees of the server. */
async function accepting(
  t: TestContext,
  memory: ReadMemory,
  view: (server: Server) => Server = (server) => server,
): Promise<Accepted> {
  const server = createServer({ allowHalfOpen: true });
  const sockets: WatchedSocket[] = [];
  const notes = new Notes();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  acceptSockets(view(server), memory, (socket) => {
    watch(socket, notes);
    sockets.push(socket);
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets, notes };
}

/** A server as it would be without the handle that is not documented. */
function withoutHandle(server: Server): Server {
  return {
    on: server.on.bind(server),
    removeAllListeners: server.removeAllListeners.bind(server),
  } as unknown as Server;
}

for (const [name, view] of [
  ['with a handle', (server: Server) => server],
  ['without one', withoutHandle],
] as const) {
  test(`${name}, an accepted socket reads, stays open behind the peer's end, answers and ends`, async (t) => {
    const { port, sockets, notes } = await accepting(t, new ReadMemory(1024), view);
    const client = connect(port, '127.0.0.1');
    t.after(() => client.destroy());
    let answer = '';
    client.on('data', (bytes) => {
      answer += bytes;
    });
    client.write('hello');
    await until(() => notes.seen.length === 1, 'bytes');
    client.end();
    await until(() => notes.seen.includes('end'), 'the end');
    const [socket] = sockets;
    assert.equal(socket?.remoteAddress, '127.0.0.1');
    socket?.write('answer');
    socket?.end();
    await until(() => notes.seen.includes('gone'), 'the socket to close');
    assert.equal(answer, 'answer');
    assert.deepEqual(notes.seen, ['bytes hello', 'end', 'finish', 'gone']);
  });
}

test('accepted sockets of one thread read into the memory that they were given, all of them', async (t) => {
  const memory = new ReadMemory(8);
  const { port, notes } = await accepting(t, memory);
  for (const word of ['one', 'two']) {
    const client = connect(port, '127.0.0.1');
    t.after(() => client.destroy());
    client.write(word);
    await until(() => notes.seen.includes(`bytes ${word}`), word);
    assert.equal(notes.memory, memory.current);
  }
});

test('more than the memory holds comes in several pieces, in order', async (t) => {
  const { port, notes } = await accepting(t, new ReadMemory(4));
  const client = connect(port, '127.0.0.1');
  t.after(() => client.destroy());
  client.write('0123456789');
  const read = (): string => notes.seen.map((each) => each.replace('bytes ', '')).join('');
  await until(() => read().length === 10, 'all bytes');
  assert.equal(read(), '0123456789');
});

test('a paused socket reads no more until it is resumed', async (t) => {
  const { port, sockets, notes } = await accepting(t, new ReadMemory(64));
  const client = connect(port, '127.0.0.1');
  t.after(() => client.destroy());
  client.write('a');
  await until(() => notes.seen.length === 1, 'the first byte');
  sockets[0]?.pause();
  client.write('b');
  const other = connect(port, '127.0.0.1');
  t.after(() => other.destroy());
  other.write('c');
  // The second connection is served after the paused one had its chance.
  await until(() => notes.seen.includes('bytes c'), 'the other connection');
  assert.deepEqual(notes.seen, ['bytes a', 'bytes c']);
  sockets[0]?.resume();
  await until(() => notes.seen.includes('bytes b'), 'the held byte');
});

test('what a watcher throws is told to it as a bug, and costs nobody else anything', async (t) => {
  const { port, notes } = await accepting(t, new ReadMemory(64));
  notes.fault = new Error('oops');
  const client = connect(port, '127.0.0.1');
  t.after(() => client.destroy());
  client.write('x');
  await until(() => notes.seen.length === 2, 'the bug');
  assert.deepEqual(notes.seen, ['bytes x', 'bug oops']);
});

test('a socket that we open tells when it is connected, what comes, and that it could not connect', async (t) => {
  const { port, sockets } = await accepting(t, new ReadMemory(64));
  const notes = new Notes();
  const socket = connectSocket({ host: '127.0.0.1', port }, new ReadMemory(64), notes);
  t.after(() => socket.destroy());
  await until(() => sockets.length === 1 && notes.seen.length === 1, 'the connection');
  sockets[0]?.write('hi');
  await until(() => notes.seen.length === 2, 'bytes');
  assert.deepEqual(notes.seen, ['connect', 'bytes hi']);
  const closed = createServer();
  closed.listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const free = (closed.address() as AddressInfo).port;
  closed.close();
  await once(closed, 'close');
  const refused = new Notes();
  connectSocket({ host: '127.0.0.1', port: free }, new ReadMemory(64), refused);
  await until(() => refused.seen.includes('gone'), 'the refusal');
  assert.ok(!refused.seen.includes('connect'));
});

test('of a name with several addresses a socket that we open tries the first only', async (t) => {
  const { port } = await accepting(t, new ReadMemory(64));
  const asked: unknown[] = [];
  const lookup: LookupFunction = (_name, { all }, done) => {
    asked.push(all);
    if (all) done(null, [{ address: '127.0.0.1', family: 4 }]);
    else done(null, '127.0.0.1', 4);
  };
  const notes = new Notes();
  const socket = connectSocket({ host: 'name.example', port, lookup }, new ReadMemory(64), notes);
  t.after(() => socket.destroy());
  await until(() => notes.seen.includes('connect'), 'the connection');
  assert.notEqual(asked[0], true);
});

test('a change of how much a read may bring holds from the second read after it on', async (t) => {
  const memory = new ReadMemory(65_536);
  const { port, notes } = await accepting(t, memory);
  const client = connect(port, '127.0.0.1');
  t.after(() => client.destroy());
  client.write('a');
  await until(() => notes.seen.length === 1, 'the first read');
  memory.isSmall = true;
  client.write('b');
  await until(() => notes.seen.length === 2, 'the second read');
  client.write('c');
  await until(() => notes.seen.length === 3, 'the third read');
  assert.equal(notes.memory?.length, 32_768);
  assert.deepEqual(notes.seen, ['bytes a', 'bytes b', 'bytes c']);
});

test('a socket is full once it holds 16 KiB, since what it holds is kept', async (t) => {
  const { port, sockets } = await accepting(t, new ReadMemory(64));
  const client = connect(port, '127.0.0.1');
  t.after(() => client.destroy());
  await until(() => sockets.length === 1, 'the connection');
  assert.equal(sockets[0]?.writableHighWaterMark, 16_384);
});
