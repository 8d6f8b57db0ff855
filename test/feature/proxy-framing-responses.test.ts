import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import '../support/leaks.ts';
import { refusedAnswers } from '../support/raw/framing-answers.ts';
import { methodsWithBodies } from '../support/raw/framing-cases.ts';
import { chunkStreams } from '../support/raw/framing-chunks.ts';
import { headerOf, splitMessages } from '../support/raw/messages.ts';
import { RawRecorder } from '../support/raw/recorder.ts';
import { exchangeRaw, RawSender } from '../support/raw/sender.ts';
import { TestProxy } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';

const get = 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n';
const ok = 'HTTP/1.1 200 OK\r\n';

describe('response framing through the proxy', () => {
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

  async function answered(answer: string, request = get, ends = false): Promise<string> {
    recorder.script = (_request, connection) => {
      if (ends) connection.socket.end(Buffer.from(answer, 'latin1'));
      return ends ? undefined : answer;
    };
    return exchangeRaw(proxy.port, request);
  }

  for (const [name, answer] of Object.entries(refusedAnswers)) {
    test(`${name} becomes 502 and costs the upstream its connection`, async () => {
      const received = (await answered(answer)).replace(/HTTP\/1\.1 103 [\s\S]*?\r\n\r\n/g, '');
      assert.match(received, /^HTTP\/1\.1 502 Bad Gateway\r\n/);
      assert.match(received, /\r\nX-Fairlead-Reason: UpstreamBadResponse\r\n/);
      await until(() => recorder.openCount === 0, 'the upstream connection to be closed');
    });
  }

  for (const [name, stream] of Object.entries(chunkStreams)) {
    test(`an answer with ${name} is never completed, and costs the upstream its connection`, async () => {
      const received = await answered(`${ok}Transfer-Encoding: chunked\r\n\r\n${stream}`);
      const { messages } = splitMessages(received);
      assert.ok(
        messages.every(({ startLine }) => startLine.startsWith('HTTP/1.1 502 ')),
        received,
      );
      assert.ok(!received.includes('smuggled'));
      await until(() => recorder.openCount === 0, 'the upstream connection to be closed');
    });
  }

  for (const method of methodsWithBodies) {
    for (const [kind, answer, ends] of [
      ['counted', `${ok}Content-Length: 5\r\n\r\nhello`, false],
      ['chunked', `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, false],
      ['close-delimited', `${ok}\r\nhello`, true],
    ] as const) {
      test(`the ${kind} answer to ${method} reaches the client whole, and nobody else`, async () => {
        const head = answer.slice(0, answer.indexOf('\r\n\r\n') + 4);
        const request = `${method} / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`;
        const received = await answered(method === 'HEAD' ? head : answer, request, ends);
        const { messages, rest, fault } = splitMessages(received, () => method === 'HEAD');
        assert.equal(fault, null);
        assert.equal(rest, '');
        assert.equal(messages.length, 1);
        assert.equal(messages[0]?.body, method === 'HEAD' ? '' : 'hello');
      });
    }

    test(`length and chunked in the answer to ${method} become 502`, async () => {
      const request = `${method} / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`;
      const received = await answered(refusedAnswers['length and chunked'] ?? '', request);
      assert.match(received, /^HTTP\/1\.1 502 /);
    });
  }

  for (const [name, answer, reason] of [
    ['without a reason', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok', ''],
    ['with an empty reason', 'HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok', ''],
    ['with a strange reason', 'HTTP/1.1 299 \xe9 \t (x)\r\nContent-Length: 2\r\n\r\nok', '\xe9 \t (x)'],
    ['of HTTP/1.0', 'HTTP/1.0 200 Fine\r\nContent-Length: 2\r\n\r\nok', 'Fine'],
  ] as const) {
    test(`a status line ${name} becomes one of ours`, async () => {
      const status = answer.slice(9, 12);
      const received = await answered(answer);
      assert.equal(received.slice(0, received.indexOf('\r\n')), `HTTP/1.1 ${status} ${reason}`);
      assert.equal(splitMessages(received).messages[0]?.body, 'ok');
    });
  }

  test('205 is framed like any other answer', async () => {
    const empty = splitMessages(await answered('HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n'));
    assert.equal(empty.messages[0]?.startLine, 'HTTP/1.1 205 Reset Content');
    const full = splitMessages(
      await answered('HTTP/1.1 205 Reset Content\r\nContent-Length: 5\r\n\r\nhello'),
    );
    assert.equal(full.messages[0]?.body, 'hello');
    const open = splitMessages(await answered('HTTP/1.1 205 Reset Content\r\n\r\n', get, true));
    assert.equal(open.messages[0]?.body, '');
    assert.deepEqual([empty.rest, full.rest, open.rest], ['', '', '']);
  });

  for (const [name, line] of [
    ['chunks', 'Transfer-Encoding: chunked'],
    ['a length', 'Content-Length: 5'],
  ] as const) {
    test(`a connection whose 204 announces ${name} is not used again, for its body may follow`, async () => {
      const received = await answered(`HTTP/1.1 204 No Content\r\n${line}\r\n\r\n`);
      assert.match(received, /^HTTP\/1\.1 204 No Content\r\n/);
      assert.ok(!received.includes(line));
      await until(() => recorder.openCount === 0, 'the upstream connection to be closed');
    });
  }

  test('sixteen informational answers pass, and none to a client of HTTP/1.0', async () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nTransfer-Encoding: chunked\r\n\r\n'.repeat(16);
    const answer = `${hints}${ok}Content-Length: 2\r\n\r\nok`;
    const received = await answered(answer);
    assert.equal(received.match(/HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>\r\n\r\n/g)?.length, 16);
    assert.match(received, /HTTP\/1\.1 200 OK\r\n[\s\S]*ok$/);
    const old = await answered(answer, 'GET / HTTP/1.0\r\nHost: a.test\r\n\r\n');
    assert.match(old, /^HTTP\/1\.1 200 OK\r\n/);
  });

  test('names that fold onto framing names are left out of answers', async () => {
    const received = await answered(
      `${ok}Content_Length: 9\r\nTransfer.Encoding: chunked\r\nX_Kept: 1\r\nContent-Length: 2\r\n\r\nok`,
    );
    assert.ok(!/content_|transfer\./i.test(received));
    assert.match(received, /\r\nX_Kept: 1\r\n/);
    assert.equal(splitMessages(received).messages[0]?.body, 'ok');
  });

  test('Server, Via and Set-Cookie pass byte for byte, and none is added', async () => {
    const lines =
      'Server: x/1\r\nVia: 1.1 y\r\nSet-Cookie: a=%0d%0aX: y; Path=/\r\nset-cookie: b="c,d"; Expires=Wed, 09 Jun 2027 10:18:14 GMT\r\n';
    const received = await answered(`${ok}${lines}Content-Length: 2\r\n\r\nok`);
    assert.ok(received.includes(lines), received);
    const plain = await answered(`${ok}Content-Length: 2\r\n\r\nok`);
    assert.ok(!/\r\n(server|via|set-cookie|x-fairlead-)/i.test(plain), plain);
  });

  test('a counted body passes as it is', async () => {
    const [message] = splitMessages(await answered(`${ok}Content-Length: 5\r\nX-A: b\r\n\r\nhello`)).messages;
    assert.equal(message?.body, 'hello');
    assert.equal(message !== undefined && headerOf(message, 'X-A'), 'b');
  });

  test('chunks are made anew, without extensions and trailers', async () => {
    const received = await answered(
      `${ok}Transfer-Encoding: chunked\r\nTrailer: T\r\n\r\n5;a=b\r\nhello\r\n0001\r\n!\r\n0\r\nT: u\r\n\r\n`,
    );
    const { messages, rest } = splitMessages(received);
    assert.equal(messages[0]?.body, 'hello!');
    assert.equal(rest, '');
    assert.ok(!/a=b|T: u|Trailer/.test(received));
  });

  test('a body that ends with its connection becomes chunks', async () => {
    const { messages, fault } = splitMessages(await answered(`${ok}X-A: b\r\n\r\nuntil the end`, get, true));
    assert.equal(fault, null);
    assert.equal(messages[0]?.body, 'until the end');
    assert.match(messages[0]?.head ?? '', /\r\nTransfer-Encoding: chunked\r\n/);
  });

  test('a client of HTTP/1.0 gets a body of unknown length until the connection ends', async () => {
    const received = await answered(
      `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
      'GET / HTTP/1.0\r\nHost: a.test\r\nConnection: keep-alive\r\n\r\n',
    );
    assert.match(received, /\r\nConnection: close\r\n/);
    assert.ok(received.endsWith('\r\n\r\nhello'));
    assert.ok(!received.includes('Transfer-Encoding'));
  });

  test('a client of HTTP/1.0 keeps its connection where it asks for it and the length is known', async () => {
    recorder.script = () => `${ok}Content-Length: 2\r\n\r\nok`;
    const sender = await RawSender.connect(proxy.port);
    for (const count of [1, 2]) {
      sender.send('GET / HTTP/1.0\r\nHost: a.test\r\nConnection: Keep-Alive\r\n\r\n');
      await until(
        () => sender.received.split('\r\nConnection: keep-alive\r\n').length === count + 1,
        `answer ${count}`,
      );
    }
    sender.send('GET / HTTP/1.0\r\nHost: a.test\r\n\r\n');
    await sender.untilOver();
    assert.ok(recorder.requests.every(({ startLine }) => startLine.endsWith('HTTP/1.1')));
    sender.close();
  });

  for (const [name, request, head] of [
    ['HEAD with a length', 'HEAD', `${ok}Content-Length: 5\r\n\r\n`],
    ['HEAD with chunked', 'HEAD', `${ok}Transfer-Encoding: chunked\r\n\r\n`],
    ['204', 'GET', 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n'],
    ['304 with a length', 'GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'],
  ] as const) {
    test(`${name} has no body, and its connection serves the next request`, async () => {
      recorder.script = ({ startLine }) =>
        startLine.includes('/first') ? head : `${ok}Content-Length: 4\r\n\r\nnext`;
      const connections = recorder.connections.length;
      const received = await exchangeRaw(
        proxy.port,
        `${request} /first HTTP/1.1\r\nHost: a.test\r\n\r\nGET /next HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`,
      );
      const [first = '', second = '', third = ''] = received.split('\r\n\r\n');
      assert.match(first, /^HTTP\/1\.1 (200|204|304) /);
      assert.match(second, /^HTTP\/1\.1 200 OK\r\n/);
      assert.equal(third, 'next');
      assert.ok(!first.includes('Transfer-Encoding'));
      assert.ok(recorder.connections.length <= connections + 1, 'one upstream connection');
    });
  }

  for (const [name, head, request] of [
    [
      'HEAD',
      `${ok}Content-Length: 5\r\n\r\nhello`,
      'HEAD / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n',
    ],
    ['204', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello', get],
    ['304', 'HTTP/1.1 304 Not Modified\r\n\r\nhello', get],
  ] as const) {
    test(`a body behind the answer to ${name} reaches nobody`, async () => {
      const received = await answered(head, request);
      assert.ok(!received.includes('hello'));
      await until(() => recorder.openCount === 0, 'the upstream connection to be closed');
    });
  }

  test('103 is passed to the client, 100 is not', async () => {
    const received = await answered(
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x\r\nContent-Length: 3\r\n\r\n${ok}Content-Length: 2\r\n\r\nok`,
    );
    assert.match(received, /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  });

  test('lines of the upstream connection, and those that Connection names, stay behind', async () => {
    const received = await answered(
      `${ok}Connection: keep-alive, X-Hop, Content-Length\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\nProxy-Connection: x\r\nUpgrade: h2c\r\nX-A: b\r\nContent-Length: 2\r\n\r\nok`,
    );
    assert.ok(!/Keep-Alive|X-Hop|Proxy-|Upgrade/i.test(received), received);
    assert.match(received, /\r\nX-A: b\r\nContent-Length: 2\r\n/);
  });

  test('an answer without Date gets one, an answer with Date keeps its own', async () => {
    assert.match(
      await answered(`${ok}Content-Length: 0\r\n\r\n`),
      /\r\nDate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n/,
    );
    const dated = await answered(`${ok}Date: then\r\nContent-Length: 0\r\n\r\n`);
    assert.equal(dated.match(/\r\nDate: /g)?.length, 1);
    assert.match(dated, /\r\nDate: then\r\n/);
  });

  test('an answer cut short is cut short for the client too', async () => {
    const counted = await answered(`${ok}Content-Length: 50\r\n\r\nonly this`, get, true);
    assert.ok(splitMessages(counted).messages.length === 0);
    const chunked = await answered(`${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhel`, get, true);
    assert.ok(splitMessages(chunked).messages.length === 0);
    assert.ok(!chunked.endsWith('0\r\n\r\n'));
    const malformed = await answered(`${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nxx\r\n`);
    assert.ok(!malformed.endsWith('0\r\n\r\n'));
  });

  test('the same answer in slices of any size is the same answer', async () => {
    const bytes = `HTTP/1.1 103 Early Hints\r\n\r\n${ok}Transfer-Encoding: chunked\r\nX-A: b\r\n\r\n5;x\r\nhello\r\n1\r\n!\r\n0\r\n\r\n`;
    for (const size of [1, 3, 10, 50]) {
      recorder.script = (_request, { socket }) => {
        const sendFrom = (at: number): void => {
          if (at >= bytes.length || socket.destroyed) return;
          socket.write(Buffer.from(bytes.slice(at, at + size), 'latin1'), () =>
            setImmediate(sendFrom, at + size),
          );
        };
        sendFrom(0);
        return undefined;
      };
      const received = await exchangeRaw(proxy.port, get);
      const { messages, rest } = splitMessages(received.slice(received.indexOf('\r\n\r\n') + 4));
      assert.equal(messages[0]?.body, 'hello!');
      assert.equal(rest, '');
    }
  });
});
