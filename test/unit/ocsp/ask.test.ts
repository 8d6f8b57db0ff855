import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askResponder } from '../../../src/ocsp/ask.ts';

const hosts = [
  '127.0.0.1',
  '[::1]',
  '10.0.0.1',
  '169.254.169.254',
  '192.168.1.1',
  '[::ffff:127.0.0.1]',
  '[fd00::1]',
  'localhost',
];

test('a certificate cannot make the controller talk to private addresses', async () => {
  const { signal } = new AbortController();
  for (const host of hosts) {
    await assert.rejects(
      askResponder(`http://${host}:9/`, new Uint8Array(1), signal),
      /private address/,
      host,
    );
  }
});
