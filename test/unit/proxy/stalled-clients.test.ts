import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deadlines, type Timed } from '../../../src/proxy/deadlines.ts';
import { ReadMemory } from '../../../src/proxy/read-memory.ts';
import { StalledClients } from '../../../src/proxy/stalled-clients.ts';

const limits = { crowdedStalls: 4, crowdedStallMs: 6_000 };
const granted = 60_000;

function setUp() {
  const clock = { ms: 1_000 };
  const deadlines = new Deadlines(0, () => clock.ms);
  const memory = new ReadMemory();
  const stalls = new StalledClients(limits, deadlines, memory);
  const pass = (ms: number): void => {
    clock.ms += ms;
    deadlines.tick();
  };
  const stall = (): Timed => {
    const client: Timed = { deadline: 0, slot: -1, expire() {} };
    client.deadline = stalls.begin(client, granted);
    return client;
  };
  return { clock, deadlines, memory, stalls, pass, stall };
}

test('a few clients that stall get all of their time', () => {
  const { stalls, stall } = setUp();
  const clients = Array.from({ length: 4 }, stall);
  assert.equal(stalls.count, 4);
  for (const { deadline } of clients) assert.equal(deadline, 1_000 + granted);
});

test('when many stall at once, each gets the short time from its own start', () => {
  const { pass, stall } = setUp();
  const early = Array.from({ length: 2 }, stall);
  pass(4_000);
  const late = Array.from({ length: 3 }, stall);
  for (const { deadline } of early) assert.equal(deadline, 7_000);
  for (const { deadline } of late) assert.equal(deadline, 11_000);
});

test('one that stalled long before the crowd came goes with the next look', () => {
  const { pass, stall } = setUp();
  const first = stall();
  pass(50_000);
  for (let index = 0; index < 4; index++) stall();
  assert.equal(first.deadline, 51_001);
});

test('the time is never made longer, and a client without a deadline gets one', () => {
  const { stalls, stall } = setUp();
  const soon = stall();
  soon.deadline = 1_500;
  const none = stall();
  none.deadline = 0;
  for (let index = 0; index < 3; index++) stall();
  assert.equal(soon.deadline, 1_500);
  assert.equal(none.deadline, 7_000);
  const client: Timed = { deadline: 0, slot: -1, expire() {} };
  assert.equal(stalls.begin(client, 2_000), 3_000);
  assert.equal(stalls.begin(client, 0), 7_000);
});

test('the crowd is over once half of it has gone', () => {
  const { stalls, stall } = setUp();
  const clients = Array.from({ length: 5 }, stall);
  const leave = (): void => {
    const client = clients.pop();
    if (client !== undefined) stalls.end(client);
  };
  leave();
  leave();
  assert.equal(stall().deadline, 7_000);
  leave();
  leave();
  assert.equal(stall().deadline, 1_000 + granted);
});

test('reads are small while many stall, since what they bring has to be kept', () => {
  const { memory, stalls, stall } = setUp();
  const whole = memory.current.length;
  const clients = Array.from({ length: 4 }, stall);
  assert.equal(memory.current.length, whole);
  clients.push(stall());
  assert.ok(memory.current.length <= whole / 4);
  for (const client of clients.splice(0, 3)) stalls.end(client);
  assert.equal(memory.current.length, whole);
});
