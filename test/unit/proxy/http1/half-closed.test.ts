import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Exchange } from '../../../../src/proxy/exchange.ts';
import { HalfClosed } from '../../../../src/proxy/http1/half-closed.ts';

/** A half-closed client that is looked at by hand; `sent` is what it was sent by the one that looks. */
function watch(t: TestContext, exchange: { headSent: boolean; protocol?: string } | null) {
  const sent: string[] = [];
  const socket = {
    bytesWritten: 0,
    writableLength: 0,
    write(text: string) {
      sent.push(text);
      socket.bytesWritten += text.length;
    },
  };
  const state = { exchange: null as Exchange | null, gone: 0 };
  const begin = (head: { headSent: boolean; protocol?: string } | null): void => {
    const request = { protocol: head?.protocol ?? 'http/1.1' };
    state.exchange = head === null ? null : ({ headSent: head.headSent, request } as unknown as Exchange);
  };
  begin(exchange);
  const halfClosed = new HalfClosed(socket as unknown as Socket, {
    everyMs: 1_000_000,
    exchange: () => state.exchange,
    gone: () => {
      state.gone++;
    },
  });
  t.after(() => halfClosed.stop());
  return { sent, socket, state, begin, look: () => halfClosed.look() };
}

const asked = 'HTTP/1.1 100 Continue\r\n\r\n';

test('who awaits an answer is asked once, and then only whether the question broke the connection', (t) => {
  const { sent, state, look } = watch(t, { headSent: false });
  for (let count = 0; count < 50; count++) look();
  assert.deepEqual(sent, [asked, '']);
  assert.equal(state.gone, 0);
});

test('each of several requests is asked about anew', (t) => {
  const { sent, begin, look } = watch(t, { headSent: false });
  for (let count = 0; count < 5; count++) look();
  begin({ headSent: false });
  for (let count = 0; count < 5; count++) look();
  assert.deepEqual(sent, [asked, '', asked, '']);
});

for (const [name, exchange] of [
  ['whose answer has begun', { headSent: true }],
  ['of HTTP/1.0', { headSent: false, protocol: 'http/1.0' }],
] as const) {
  test(`a client ${name} is gone after two looks without a byte, and not before`, (t) => {
    const { sent, socket, state, look } = watch(t, exchange);
    for (let count = 0; count < 5; count++) {
      look();
      socket.bytesWritten += 10;
    }
    socket.writableLength = 10;
    for (let count = 0; count < 5; count++) look();
    socket.writableLength = 0;
    look();
    assert.equal(state.gone, 0);
    look();
    assert.equal(state.gone, 1);
    assert.deepEqual(sent, []);
  });
}

test('nobody is asked while nothing is in flight', (t) => {
  const { sent, state, look } = watch(t, null);
  for (let count = 0; count < 5; count++) look();
  assert.deepEqual([sent, state.gone], [[], 0]);
});
