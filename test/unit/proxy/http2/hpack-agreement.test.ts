import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HpackRig, searchHpack } from '../../../support/fuzz/hpack.ts';

test('node:http2 reads what we encode, we read what it encodes, and both refuse the same blocks', async () => {
  const rig = await HpackRig.start();
  try {
    const found = await searchHpack(rig, 541, 60);
    assert.equal(found === null ? '' : `${found.input.slice(0, 300)}\n${found.difference.slice(0, 600)}`, '');
  } finally {
    await rig.close();
  }
});
