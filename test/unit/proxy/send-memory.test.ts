import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SendMemory } from '../../../src/proxy/send-memory.ts';
import type { WatchedSocket } from '../../../src/proxy/watched-socket.ts';

/** A socket that takes all, or holds on to all that it is given. */
class FakeSocket {
  readonly written: Buffer[] = [];
  writableLength = 0;
  readonly carrier = null;
  readonly #holds: boolean;

  constructor({ holds }: { holds: boolean }) {
    this.#holds = holds;
  }

  write(bytes: Buffer): boolean {
    this.written.push(this.#holds ? bytes : Buffer.from(bytes));
    if (this.#holds) this.writableLength += bytes.length;
    return true;
  }

  get text(): string {
    return Buffer.concat(this.written).toString('latin1');
  }
}

function write(memory: SendMemory, socket: FakeSocket, before: string, body: string, after = ''): void {
  const bytes = Buffer.from(`--${body}--`, 'latin1');
  memory.write(socket as unknown as WatchedSocket, before, { bytes, start: 2, end: 2 + body.length }, after);
  bytes.fill(0);
}

test('text, bytes and text leave as one piece', () => {
  const memory = new SendMemory();
  const socket = new FakeSocket({ holds: false });
  write(memory, socket, 'head\r\n\r\n', 'body', '\r\n');
  write(memory, socket, '', 'more');
  assert.deepEqual(
    socket.written.map((each) => each.toString('latin1')),
    ['head\r\n\r\nbody\r\n', 'more'],
  );
});

test('characters of heads are bytes', () => {
  const socket = new FakeSocket({ holds: false });
  write(new SendMemory(), socket, 'x: \u00e9\u00ff\r\n', 'b');
  assert.deepEqual([...(socket.written[0] ?? [])], [0x78, 0x3a, 0x20, 0xe9, 0xff, 0x0d, 0x0a, 0x62]);
});

test('what a slow socket still holds is not overwritten by what others write, however much that is', () => {
  const memory = new SendMemory();
  const slow = new FakeSocket({ holds: true });
  const fast = new FakeSocket({ holds: false });
  let slowly = '';
  let quickly = '';
  for (let index = 0; index < 500; index++) {
    const letter = String.fromCharCode(97 + (index % 26));
    const body = letter.repeat(1 + ((index * 7919) % 9000));
    write(memory, slow, `<${index}>`, body, '\r\n');
    write(memory, fast, `[${index}]`, body.toUpperCase());
    slowly += `<${index}>${body}\r\n`;
    quickly += `[${index}]${body.toUpperCase()}`;
  }
  assert.equal(slow.text, slowly);
  assert.equal(fast.text, quickly);
});

test('a piece that is larger than all the memory leaves whole', () => {
  const memory = new SendMemory();
  const socket = new FakeSocket({ holds: true });
  const large = 'y'.repeat(1_000_000);
  write(memory, socket, 'a', large, 'b');
  write(memory, socket, 'c', 'd');
  assert.equal(socket.text, `a${large}bcd`);
});
