import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SecretText } from '../../../src/model/secret-text.ts';
import { createLog, type LogOptions } from '../../../src/telemetry/log.ts';

function collect(options: Omit<LogOptions, 'stream' | 'now'>) {
  const lines: string[] = [];
  const stream = { write: (text: string) => lines.push(text) };
  return { lines, log: createLog({ ...options, stream, now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6) }) };
}

describe('a log in json', () => {
  it('writes one object a line', () => {
    const { lines, log } = collect({ level: 'info', format: 'json' });
    log.info({ kind: 'Ingress', count: 3 }, 'synced');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      [{ level: 'info', time: '2026-01-02T03:04:05.006Z', kind: 'Ingress', count: 3, msg: 'synced' }],
    );
    assert.ok(lines[0]?.endsWith('}\n'));
  });

  it('names what an error was', () => {
    const { lines, log } = collect({ level: 'info', format: 'json' });
    log.error({ err: new TypeError('no such thing') }, 'failed');
    assert.equal(JSON.parse(lines[0] ?? '').err.message, 'no such thing');
  });
});

describe('a pretty log', () => {
  it('writes one line for people', () => {
    const { lines, log } = collect({ level: 'debug', format: 'pretty' });
    log.warn({ object: 'Ingress/default/web', why: 'two words', none: undefined }, 'set aside');
    log.error({ err: new TypeError('no such\nthing') }, 'failed');
    assert.deepEqual(lines, [
      '03:04:05.006 warn  set aside object=Ingress/default/web why="two words"\n',
      '03:04:05.006 error failed err="TypeError: no such\\nthing"\n',
    ]);
  });

  it('has colours only where asked for', () => {
    const { lines, log } = collect({ level: 'info', format: 'pretty', colours: true });
    log.info({}, 'ready');
    assert.equal(lines[0], '\u001b[2m03:04:05.006\u001b[0m \u001b[32minfo \u001b[0m ready\n');
  });
});

for (const format of ['json', 'pretty'] as const) {
  describe(`a log in either format, here ${format}`, () => {
    it('leaves out what is below its level', () => {
      const { lines, log } = collect({ level: 'warn', format });
      log.debug({}, 'a');
      log.info({}, 'b');
      log.warn({}, 'c');
      log.error({}, 'd');
      assert.equal(lines.length, 2);
      const { lines: none, log: quiet } = collect({ level: 'fatal', format });
      quiet.error({}, 'd');
      assert.deepEqual(none, []);
    });

    it('never shows a secret', () => {
      const { lines, log } = collect({ level: 'info', format });
      log.info({ token: new SecretText('hunter2'), deep: { token: new SecretText('hunter2') } }, 'x');
      assert.doesNotMatch(lines.join(''), /hunter2/);
    });

    it('takes what has no JSON', () => {
      const circle: { self?: unknown } = {};
      circle.self = circle;
      const { lines, log } = collect({ level: 'info', format });
      log.info({ circle, big: 12n, text: undefined, what: () => {} }, 'x');
      assert.equal(lines.length, 1);
    });

    it('writes exactly one line, whatever the fields hold', () => {
      fc.assert(
        fc.property(
          fc.dictionary(fc.string(), fc.anything()),
          fc.string({ unit: 'binary' }),
          (fields, text) => {
            const { lines, log } = collect({ level: 'info', format });
            log.info({ ...fields, text }, 'message');
            assert.equal(lines.length, 1);
            assert.equal(lines[0]?.trimEnd().split(/[\n\r]/).length, 1);
          },
        ),
        { numRuns: 300 },
      );
    });
  });
}
