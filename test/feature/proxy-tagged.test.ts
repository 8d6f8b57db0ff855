import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../support/leaks.ts';
import { runTagged } from '../support/raw/tagged-run.ts';

const seed = 20_261_122;

/** Requests of one run: a short one in the gate. For millions there is `test/bench/tagged.ts`. */
const requests = process.env.FAIRLEAD_LONG_TESTS === undefined ? 4_000 : 100_000;

test('among aborting clients and breaking upstreams no answer is lost or reaches another request', async () => {
  const result = await runTagged(requests, seed);
  assert.deepEqual(result.wrong, []);
  assert.equal(result.crossed, 0);
  const { answered, tunnels, refused, aborted, cut } = result;
  assert.equal(answered + tunnels + refused + aborted + cut, requests);
  assert.ok(answered > requests / 2, `${answered} answered`);
  assert.ok(tunnels > 0 && refused > 0 && aborted > 0 && cut > 0, JSON.stringify(result));
});
