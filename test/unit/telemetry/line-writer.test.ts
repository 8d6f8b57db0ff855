import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
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

  it('fills pieces with spaces where it may, so that they leave in one write', async () => {
    const reader = new SlowReader();
    const writer = new LineWriter({ tryWrite: reader.tryWrite, lostLine, fills: true });
    const lines = Array.from({ length: 500 }, (_, index) => `${'x'.repeat(index % 97)}${index}\n`);
    for (const line of lines) writer.write(line);
    await writer.close();
    assert.equal(reader.pieces.length, 2);
    const [filled = '', last = ''] = reader.pieces;
    assert.ok(filled.length % 4096 === 0 && filled.length > 8192 && last.length <= 4096);
    for (let end = 4096; end <= filled.length; end += 4096) assert.equal(filled[end - 1], '\n');
    assert.equal(reader.text.replaceAll(/ +\n/g, '\n'), lines.join(''));
  });

  it('counts what waits with the spaces, and gives all of the room back', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const reader = new SlowReader(0);
    const writer = new LineWriter({
      tryWrite: reader.tryWrite,
      lostLine,
      fills: true,
      maxWaitingBytes: 20_000,
    });
    const line = `${'x'.repeat(2500)}\n`;
    for (let round = 0; round < 20; round++) {
      reader.room = 0;
      for (let index = 0; index < 5; index++) writer.write(line);
      context.mock.timers.tick(20);
      reader.room = Number.POSITIVE_INFINITY;
      context.mock.timers.tick(20);
    }
    assert.equal(writer.lost, 0);
    assert.equal(reader.text.replaceAll(/ +\n/g, '\n'), line.repeat(100));
    reader.room = 0;
    for (let index = 0; index < 20; index++) writer.write(line);
    assert.equal(writer.lost, 13);
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
        fc.boolean(),
        async (lengths, rooms, fills) => {
          const reader = new SlowReader();
          let turn = 0;
          const writer = new LineWriter({
            tryWrite: (bytes) => {
              reader.room = (rooms[turn++ % rooms.length] ?? 0) + 1;
              return reader.tryWrite(bytes);
            },
            lostLine,
            fills,
          });
          const lines = lengths.map((length, index) => `${'x'.repeat(length)}${index}\n`);
          for (const line of lines) writer.write(line);
          await writer.close();
          assert.equal(reader.text.replaceAll(/ +\n/g, '\n'), lines.join(''));
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
  it('lets several writers fill a pipe that is read slowly, and no line is torn', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const folder = mkdtempSync(join(tmpdir(), 'pipe-'));
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writing = openSync(path, 'w');
    const targets = [openLineDescriptor(writing), openLineDescriptor(writing)];
    const writers = targets.map(({ tryWrite, pieceBytes, takesPages }) => {
      assert.ok(takesPages);
      return new LineWriter({ tryWrite, pieceBytes, fills: true, lostLine });
    });
    let text = '';
    const buffer = Buffer.alloc(50_000);
    const read = (length: number): number => {
      try {
        const count = readSync(reading, buffer, 0, length, null);
        text += buffer.toString('latin1', 0, count);
        return count;
      } catch {
        return 0;
      }
    };
    try {
      const count = 2000;
      for (let index = 0; index < count; index++) {
        for (const [who, writer] of writers.entries()) {
          writer.write(`${JSON.stringify({ who, index, pad: 'x'.repeat((index * 37) % 300) })}\n`);
        }
        if (index % 7 === 0) context.mock.timers.tick(20);
        if (index % 3 === 0) read((index * 1013) % 5000);
      }
      for (let idle = 0; idle < 10; idle = read(buffer.length) === 0 ? idle + 1 : 0) {
        context.mock.timers.tick(20);
      }
      const lines = text.trimEnd().split('\n');
      const seen = lines.map((line) => JSON.parse(line) as { who: number; index: number });
      for (const who of writers.keys()) {
        const indexes = seen.filter((line) => line.who === who).map(({ index }) => index);
        assert.deepEqual(
          indexes,
          Array.from({ length: count }, (_, index) => index),
        );
      }
    } finally {
      for (const target of targets) await target.close();
      closeSync(reading);
      closeSync(writing);
      rmSync(folder, { recursive: true });
    }
  });

  it('does not wait for a pipe that nobody reads', async () => {
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
      await target.close();
      closeSync(both);
      rmSync(folder, { recursive: true });
    }
  });
});
