import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProxyThreads } from '../../../src/control/proxy-threads.ts';
import type { ToProxyThread } from '../../../src/model/thread-message.ts';
import { FakeClock, FakeLog, FakeThread } from './fakes.ts';

const catchUp: readonly ToProxyThread[] = [{ kind: 'endpoints', services: [], removed: [] }];

function started(count = 2) {
  const clock = new FakeClock();
  const log = new FakeLog();
  const spawned: FakeThread[] = [];
  let lives = 0;
  const threads = new ProxyThreads({
    count,
    spawn: (index, ports) => {
      const thread = new FakeThread(index, ports);
      spawned.push(thread);
      return thread;
    },
    catchUp: () => catchUp,
    onLive: () => {
      lives += 1;
    },
    onMessage: () => {},
    backOff: { firstMs: 100, mostMs: 1000, stableAfterMs: 5000 },
    pingIntervalMs: 1000,
    clock,
    log,
  });
  threads.start();
  return { clock, log, spawned, threads, lives: () => lives };
}

const ports = { web: 18080 };
const delay = { p50: 0, p99: 0.1, max: 0.2 };

/** The thread that was spawned last with this index. */
function latest(spawned: readonly FakeThread[], index: number): FakeThread {
  const thread = spawned.findLast((one) => one.index === index);
  assert.ok(thread, `thread ${index} was spawned`);
  return thread;
}

test('the first thread starts alone, and the others get the ports that it bound', () => {
  const { spawned } = started(3);
  assert.deepEqual(
    spawned.map((one) => [one.index, one.ports]),
    [[0, null]],
  );
  latest(spawned, 0).say({ kind: 'listening', ports });
  assert.deepEqual(
    spawned.map((one) => [one.index, one.ports]),
    [
      [0, null],
      [1, ports],
      [2, ports],
    ],
  );
});

test('a starting thread is told everything', () => {
  const { spawned } = started();
  assert.deepEqual(latest(spawned, 0).taken(), catchUp);
});

test('what is live is what every thread serves', () => {
  const { spawned, threads, lives } = started();
  latest(spawned, 0).say({ kind: 'listening', ports });
  latest(spawned, 0).say({ kind: 'live', generation: 4 });
  assert.equal(threads.liveGeneration, 0);
  latest(spawned, 1).say({ kind: 'live', generation: 3 });
  assert.equal(threads.liveGeneration, 3);
  assert.equal(lives(), 2);
});

test('a crashed thread is replaced, later each time, and what the old one says counts no more', () => {
  const { clock, log, spawned, threads } = started();
  const first = latest(spawned, 0);
  first.say({ kind: 'listening', ports });
  first.say({ kind: 'live', generation: 1 });
  latest(spawned, 1).say({ kind: 'live', generation: 1 });
  first.crash();
  assert.equal(threads.liveGeneration, 0);
  assert.ok(log.lines.includes('error proxy thread ended'));
  clock.advance(99);
  assert.equal(latest(spawned, 0), first);
  clock.advance(1);
  const second = latest(spawned, 0);
  assert.notEqual(second, first);
  assert.deepEqual(second.ports, ports);
  assert.deepEqual(
    second.taken().filter((one) => one.kind !== 'ping'),
    catchUp,
  );
  first.say({ kind: 'live', generation: 9 });
  assert.equal(threads.liveGeneration, 0);
  second.say({ kind: 'live', generation: 1 });
  assert.equal(threads.liveGeneration, 1);
  second.crash();
  clock.advance(199);
  assert.equal(latest(spawned, 0), second);
  clock.advance(1);
  assert.notEqual(latest(spawned, 0), second);
});

test('the delay of a restart has a limit, and starts over after a long run', () => {
  const { clock, spawned } = started(1);
  for (let crash = 0; crash < 8; crash++) {
    latest(spawned, 0).crash();
    clock.advance(1000);
  }
  assert.equal(spawned.length, 9);
  clock.advance(5000);
  latest(spawned, 0).crash();
  clock.advance(100);
  assert.equal(spawned.length, 10);
});

test('threads are pinged, and their silence is measured', () => {
  const { clock, spawned, threads } = started(1);
  const [thread] = spawned;
  assert.ok(thread);
  thread.taken();
  clock.advance(2000);
  assert.deepEqual(thread.taken(), [
    { kind: 'ping', id: 1 },
    { kind: 'ping', id: 2 },
  ]);
  assert.equal(threads.health[0]?.silentMs, 2000);
  thread.say({ kind: 'pong', id: 2, eventLoopDelay: delay });
  assert.equal(threads.health[0]?.silentMs, 0);
  assert.deepEqual(threads.health[0]?.eventLoopDelay, delay);
});

test('draining ends when every thread has drained or ended', async () => {
  const { clock, spawned, threads } = started();
  latest(spawned, 0).say({ kind: 'listening', ports });
  let isDone = false;
  const done = threads.drain(5000).then(() => {
    isDone = true;
  });
  assert.deepEqual(latest(spawned, 0).taken().at(-1), { kind: 'drain', graceMs: 5000 });
  latest(spawned, 0).say({ kind: 'drained' });
  await Promise.resolve();
  assert.equal(isDone, false);
  latest(spawned, 1).crash('exited');
  await done;
  clock.advance(60_000);
  assert.equal(spawned.length, 2, 'nothing is started again');
});

test('draining ends though a thread never says that it has drained', async () => {
  const { clock, log, threads } = started(1);
  const done = threads.drain(5000);
  clock.advance(6000);
  await done;
  assert.ok(log.lines.includes('warn proxy threads did not drain in time'));
});

test('who drains while it starts starts no more threads', async () => {
  const { spawned, threads } = started(3);
  const drained = threads.drain(1000);
  latest(spawned, 0).say({ kind: 'listening', ports });
  latest(spawned, 0).say({ kind: 'drained' });
  await drained;
  assert.equal(spawned.length, 1);
});

test('stop ends all threads and leaves no timer', () => {
  const { clock, spawned, threads } = started();
  latest(spawned, 0).say({ kind: 'listening', ports });
  latest(spawned, 1).crash();
  threads.stop();
  assert.equal(latest(spawned, 0).terminated, true);
  assert.equal(clock.pending, 0);
});

test('a thread that cannot even be started is tried again', () => {
  const clock = new FakeClock();
  const log = new FakeLog();
  let tries = 0;
  const threads = new ProxyThreads({
    count: 1,
    spawn: (index, ports) => {
      tries += 1;
      if (tries === 1) throw new Error('out of threads');
      return new FakeThread(index, ports);
    },
    catchUp: () => [],
    onLive: () => {},
    onMessage: () => {},
    backOff: { firstMs: 100, mostMs: 1000, stableAfterMs: 5000 },
    pingIntervalMs: 1000,
    clock,
    log,
  });
  threads.start();
  assert.deepEqual(log.lines, ['error proxy thread ended']);
  clock.advance(100);
  assert.equal(tries, 2);
  assert.equal(threads.health[0]?.running, true);
  threads.stop();
});

test('an entry point that cannot be opened is logged', () => {
  const { log, spawned } = started();
  latest(spawned, 0).say({ kind: 'listenFailed', entryPoint: 'web', message: 'EADDRINUSE' });
  assert.ok(log.lines.includes('error entry point could not be opened'));
});
