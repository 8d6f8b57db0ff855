import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createCountBuffer } from '../../../../src/model/shared-counts.ts';
import { ConnectionCounts } from '../../../../src/proxy/tcp/connection-counts.ts';

test('no client has more connections than its limit, over all threads', () => {
  const threads = 3;
  const action = fc.record({
    thread: fc.integer({ min: 0, max: threads - 1 }),
    client: fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1'),
    limit: fc.constantFrom('default/a', 'default/b'),
    opens: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const buffer = createCountBuffer(threads);
      const counts = Array.from(
        { length: threads },
        (_, thread) => new ConnectionCounts({ buffer, threads, thread, seed: 7 }),
      );
      const open = new Map<string, number[]>();
      for (const { thread, client, limit, opens } of actions) {
        const key = `${limit} ${client}`;
        const mine = open.get(key) ?? [];
        if (opens) {
          const isLetIn = counts[thread]?.enter(limit, client, 3);
          assert.equal(isLetIn, mine.length < 3);
          if (isLetIn) mine.push(thread);
        } else {
          const last = mine.pop();
          if (last !== undefined) counts[last]?.leave(limit, client);
        }
        open.set(key, mine);
      }
    }),
    { numRuns: 30 },
  );
});

test('a thread that replaces another has no connections, and those of the others still count', () => {
  const buffer = createCountBuffer(2);
  const shared = { buffer, threads: 2, seed: 1 };
  const one = new ConnectionCounts({ ...shared, thread: 0 });
  const two = new ConnectionCounts({ ...shared, thread: 1 });
  assert.equal(one.enter('l', '192.0.2.1', 2), true);
  assert.equal(two.enter('l', '192.0.2.1', 2), true);
  assert.equal(two.enter('l', '192.0.2.1', 2), false);
  const again = new ConnectionCounts({ ...shared, thread: 0 });
  assert.equal(again.enter('l', '192.0.2.1', 2), true);
  assert.equal(again.enter('l', '192.0.2.1', 2), false);
});

test('a thousand clients with a connection each do not keep each other out', () => {
  const counts = new ConnectionCounts();
  let refused = 0;
  for (let index = 0; index < 1_000; index++) {
    if (!counts.enter('l', `192.0.${index >> 8}.${index & 255}`, 1)) refused++;
  }
  assert.equal(refused, 0);
  for (let index = 0; index < 1_000; index++) counts.leave('l', `192.0.${index >> 8}.${index & 255}`);
  assert.equal(counts.enter('l', '192.0.0.0', 1), true);
});

test('a limit of 0 lets nobody in', () => {
  assert.equal(new ConnectionCounts().enter('l', '192.0.2.1', 0), false);
});
