import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { openLineDescriptor } from '../../../src/telemetry/line-descriptor.ts';
import { LineWriter } from '../../../src/telemetry/line-writer.ts';
import { openAccessLog } from '../../../src/telemetry/open-access-log.ts';
import { outcome } from './outcomes.ts';

/** A reader that takes only as much as it is told to. */
class SlowReader {
  readonly pieces: string[] = [];
  room: number;

  constructor(room = Number.POSITIVE_INFINITY) {
    this.room = room;
  }

  readonly tryWrite = (bytes: Uint8Array): number => {
    if (this.room === 0) return -1;
    const taken = Math.min(this.room, bytes.length);
    this.room -= taken;
    this.pieces.push(Buffer.from(bytes.subarray(0, taken)).toString('latin1'));
    return taken;
  };

  get text(): string {
    return this.pieces.join('');
  }
}

const lostLine = (count: number) => `lost ${count}\n`;

describe('LineWriter', () => {
  it('gathers lines and writes them after a while', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const reader = new SlowReader();
    const writer = new LineWriter({ tryWrite: reader.tryWrite, lostLine });
    writer.write('a\n');
    writer.write('b\n');
    assert.deepEqual(reader.pieces, []);
    context.mock.timers.tick(20);
    assert.deepEqual(reader.pieces, ['a\nb\n']);
    writer.write('c\n');
    context.mock.timers.tick(20);
    assert.equal(reader.text, 'a\nb\nc\n');
  });

  it('writes pieces of whole lines that no pipe tears', async () => {
    const reader = new SlowReader();
    const writer = new LineWriter({ tryWrite: reader.tryWrite, lostLine });
    const lines = Array.from({ length: 500 }, (_, index) => `${'x'.repeat(index % 97)}${index}\n`);
    for (const line of lines) writer.write(line);
    await writer.close();
    assert.equal(reader.text, lines.join(''));
    for (const piece of reader.pieces) assert.ok(piece.length <= 4096 && piece.endsWith('\n'));
  });

  it('drops what a reader does not take, tells how much, and goes on', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const reader = new SlowReader(0);
    const writer = new LineWriter({ tryWrite: reader.tryWrite, lostLine, maxWaitingBytes: 10 });
    for (let index = 0; index < 10; index++) writer.write(`${index}\n`);
    assert.equal(writer.lost, 5);
    context.mock.timers.tick(100);
    reader.room = 3;
    context.mock.timers.tick(20);
    reader.room = Number.POSITIVE_INFINITY;
    context.mock.timers.tick(20);
    writer.write('on\n');
    context.mock.timers.tick(20);
    assert.equal(reader.text.replace(/lost 5\n/, ''), '0\n1\n2\n3\n4\non\n');
    assert.match(reader.text, /lost 5\n/);
    assert.equal(writer.lost, 0);
  });

  it('says once that writing failed, and then only counts', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const broken: unknown[] = [];
    const writer = new LineWriter({
      tryWrite: () => {
        throw new Error('EPIPE');
      },
      lostLine,
      onBroken: (error) => broken.push(error),
    });
    writer.write('a\n');
    context.mock.timers.tick(20);
    writer.write('b\n');
    context.mock.timers.tick(20);
    assert.equal(broken.length, 1);
    assert.equal(writer.lost, 2);
  });

  it('loses no line and tears none, however its reader takes them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 6000 }), { maxLength: 30 }),
        fc.array(fc.nat({ max: 5000 }), { minLength: 1 }),
        async (lengths, rooms) => {
          const reader = new SlowReader();
          let turn = 0;
          const writer = new LineWriter({
            tryWrite: (bytes) => {
              reader.room = (rooms[turn++ % rooms.length] ?? 0) + 1;
              return reader.tryWrite(bytes);
            },
            lostLine,
          });
          const lines = lengths.map((length, index) => `${'x'.repeat(length)}${index}\n`);
          for (const line of lines) writer.write(line);
          await writer.close();
          assert.equal(reader.text, lines.join(''));
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('openAccessLog', () => {
  it('appends lines to what a descriptor stands for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'access-log-'));
    const path = join(folder, 'log');
    const descriptor = openSync(path, 'a');
    try {
      const log = openAccessLog({ format: 'common', descriptor });
      log.finished(outcome());
      log.finished(outcome({ status: 404 }));
      await log.close();
      const lines = readFileSync(path, 'utf8').split('\n');
      assert.equal(lines.length, 3);
      assert.match(lines[1] ?? '', / 404 12$/);
    } finally {
      closeSync(descriptor);
      rmSync(folder, { recursive: true });
    }
  });

  it('writes into a file where others write too, over nothing of theirs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'access-log-'));
    const path = join(folder, 'log');
    const descriptor = openSync(path, 'w');
    try {
      const log = openAccessLog({ format: 'common', descriptor });
      writeSync(descriptor, 'first\n');
      log.finished(outcome());
      await log.close();
      writeSync(descriptor, 'last\n');
      assert.match(readFileSync(path, 'utf8'), /^first\n192\.0\.2\.7 .* 200 12\nlast\n$/);
    } finally {
      closeSync(descriptor);
      rmSync(folder, { recursive: true });
    }
  });

  it('that is off does nothing', async () => {
    const log = openAccessLog({ format: 'off', descriptor: -1 });
    log.finished(outcome());
    await log.close();
  });
});

describe('openLineDescriptor', () => {
  it('does not wait for a pipe that nobody reads', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pipe-'));
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const both = openSync(path, 'r+');
    const target = openLineDescriptor(both);
    try {
      const piece = Buffer.from(`${'x'.repeat(4095)}\n`);
      let pieces = 0;
      while (pieces < 10_000 && target.tryWrite(piece) === piece.length) pieces++;
      assert.ok(pieces > 0 && pieces < 10_000);
      assert.equal(target.tryWrite(piece), -1);
    } finally {
      target.close();
      closeSync(both);
      rmSync(folder, { recursive: true });
    }
  });
});
