import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import '../support/leaks.ts';
import type { RawMessage } from '../support/raw/messages.ts';
import { RawRecorder } from '../support/raw/recorder.ts';
import { exchangeRaw } from '../support/raw/sender.ts';
import { TestProxy } from '../support/raw/test-proxy.ts';

const host = 'Host: a.test\r\n';
const close = 'Connection: close\r\n';
const everyByte = Array.from({ length: 256 }, (_, code) => code);
const hidden = '0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n';

/** Where one byte too many hides a framing line from one of two parsers. */
const places: Readonly<Record<string, (byte: string, name: string, value: string) => string>> = {
  'before the name': (byte, name, value) => `${byte}${name}: ${value}\r\n`,
  'inside the name': (byte, name, value) => `${name.replace('-', byte)}: ${value}\r\n`,
  'before the colon': (byte, name, value) => `${name}${byte}: ${value}\r\n`,
  'before the value': (byte, name, value) => `${name}:${byte}${value}\r\n`,
  'behind the value': (byte, name, value) => `${name}: ${value}${byte}\r\n`,
  'at the end of the line before': (byte, name, value) => `X: y${byte}${name}: ${value}\r\n`,
  'for the end of the line': (byte, name, value) => `${name}: ${value}${byte}X: y\r\n`,
};

describe('single bytes through the proxy', () => {
  let recorder: RawRecorder;
  let proxy: TestProxy;

  before(async () => {
    recorder = await RawRecorder.start();
    proxy = await TestProxy.start({ endpoints: [recorder.port] });
  });

  after(async () => {
    await proxy.close();
    await recorder.close();
    assert.deepEqual(recorder.faults, []);
    assert.deepEqual(proxy.errors, []);
  });

  /** What reaches the upstream from now on, in the order it comes. */
  function keepRequests(): RawMessage[] {
    const kept: RawMessage[] = [];
    recorder.script = (request) => {
      kept.push(request);
      return 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    };
    return kept;
  }

  for (const [place, line] of Object.entries(places)) {
    test(`no byte ${place} hides a framing line`, async () => {
      const tries = everyByte.flatMap((code) => {
        const byte = String.fromCharCode(code);
        return [
          `${line(byte, 'Transfer-Encoding', 'chunked')}Content-Length: ${hidden.length}\r\n`,
          `${line(byte, 'Content-Length', String(hidden.length))}Transfer-Encoding: chunked\r\n`,
          line(byte, 'Transfer-Encoding', 'chunked'),
        ];
      });
      const passed = keepRequests();
      const answers = await all(tries, (lines) =>
        exchangeRaw(proxy.port, `POST / HTTP/1.1\r\n${host}${lines}${close}\r\n${hidden}`),
      );
      for (const [index, answer] of answers.entries()) {
        assert.match(answer, /^HTTP\/1\.1 (200|400|501) /, JSON.stringify(tries[index]));
        assert.equal(answer.match(/HTTP\/1\.1 \d/g)?.length, 1, JSON.stringify(tries[index]));
      }
      assert.ok(passed.length < tries.length);
      for (const request of passed) {
        assert.ok(request.startLine.startsWith('POST / '), request.raw);
        assert.ok(framingNames(request.head) <= 1, request.head);
      }
    });
  }

  test('a Host holds what a host name or an address holds, and no other byte', async () => {
    const allowed = /[-.\w]/;
    const answers = await all(everyByte, (code) =>
      exchangeRaw(proxy.port, `GET / HTTP/1.1\r\nHost: x${String.fromCharCode(code)}y.test\r\n${close}\r\n`),
    );
    for (const code of everyByte) {
      const wanted = allowed.test(String.fromCharCode(code)) ? 404 : 400;
      assert.match(answers[code] ?? '', new RegExp(`^HTTP/1\\.1 ${wanted} `), `byte ${code}`);
    }
  });

  for (const [place, prefix, refused] of [
    ['a path', '/a', /[^\x21-\x7e]|[#\\%]/],
    ['a query', '/a?q=', /[^\x21-\x7e]|#/],
  ] as const) {
    test(`${place} passes byte for byte, without blanks, controls and bytes above ASCII`, async () => {
      const passed = keepRequests();
      const targets = everyByte.map((code) => `${prefix}${String.fromCharCode(code)}zz`);
      const answers = await all(targets, (target) =>
        exchangeRaw(proxy.port, `GET ${target} HTTP/1.1\r\n${host}${close}\r\n`),
      );
      const wanted: string[] = [];
      for (const code of everyByte) {
        const isRefused = refused.test(String.fromCharCode(code));
        assert.match(
          answers[code] ?? '',
          isRefused ? /^HTTP\/1\.1 400 / : /^HTTP\/1\.1 200 /,
          `byte ${code}`,
        );
        if (!isRefused) wanted.push(`GET ${targets[code]} HTTP/1.1`);
      }
      assert.deepEqual(passed.map(({ startLine }) => startLine).toSorted(), wanted.toSorted());
    });
  }

  test('a method is a token, and passes as it is', async () => {
    const passed = keepRequests();
    const answers = await all(everyByte, (code) =>
      exchangeRaw(proxy.port, `X${String.fromCharCode(code)}Z / HTTP/1.1\r\n${host}${close}\r\n`),
    );
    const wanted: string[] = [];
    for (const code of everyByte) {
      const isToken = /[!#$%&'*+\-.^_`|~\w]/.test(String.fromCharCode(code));
      assert.match(answers[code] ?? '', isToken ? /^HTTP\/1\.1 200 / : /^HTTP\/1\.1 400 /, `byte ${code}`);
      if (isToken) wanted.push(`X${String.fromCharCode(code)}Z / HTTP/1.1`);
    }
    assert.deepEqual(passed.map(({ startLine }) => startLine).toSorted(), wanted.toSorted());
  });
});

/** How many lines those may take for framing who fold names. */
function framingNames(head: string): number {
  const folded = head.toLowerCase().replace(/[^a-z0-9:\r\n]/g, '-');
  return folded.match(/\n(?:content-length|transfer-encoding):/g)?.length ?? 0;
}

/** Runs a few at a time and returns results in the order of the items. */
async function all<Item>(items: readonly Item[], run: (item: Item) => Promise<string>): Promise<string[]> {
  const results: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await run(items[index] as Item);
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
  return results;
}
