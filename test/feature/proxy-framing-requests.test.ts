import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import '../support/leaks.ts';
import { methodsWithBodies, refusedBodies, refusedHeads } from '../support/raw/framing-cases.ts';
import { headerOf } from '../support/raw/messages.ts';
import { RawRecorder } from '../support/raw/recorder.ts';
import { exchangeRaw, RawSender } from '../support/raw/sender.ts';
import { TestProxy } from '../support/raw/test-proxy.ts';

describe('request framing through the proxy', () => {
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

  for (const { name, bytes, status } of refusedHeads) {
    test(`${name} is refused and nothing of it reaches the upstream`, async () => {
      const before = recorder.received.length;
      const answer = await exchangeRaw(proxy.port, bytes);
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status ?? 400} `));
      assert.match(answer, /\r\nConnection: close\r\n/);
      assert.equal(answer.match(/HTTP\/1\.1 \d/g)?.length, 1, 'exactly one answer');
      assert.equal(recorder.received.length, before);
    });
  }

  for (const { name, bytes } of refusedBodies) {
    test(`${name} are refused and complete no request at the upstream`, async () => {
      const before = recorder.requests.length;
      const answer = await exchangeRaw(proxy.port, bytes);
      assert.match(answer, /^HTTP\/1\.1 400 /);
      assert.match(answer, /\r\nX-Fairlead-Reason: AmbiguousFraming\r\n/);
      assert.equal(answer.match(/HTTP\/1\.1 \d/g)?.length, 1, 'exactly one answer');
      assert.equal(recorder.requests.length, before);
      assert.ok(!recorder.received.includes('/smuggled'));
    });
  }

  for (const method of methodsWithBodies) {
    for (const [kind, framing, body] of [
      ['counted', 'Content-Length: 11', 'hello world'],
      [
        'chunked',
        'Transfer-Encoding: chunked',
        '5;x="y"\r\nhello\r\n6\r\n world\r\n0\r\nTe: x\r\nHost: b\r\nContent-Length: 7\r\nTransfer-Encoding: x\r\nX_Forwarded-For: 6.6.6.6\r\nAuthorization: x\r\n\r\n',
      ],
    ] as const) {
      test(`a ${kind} body on ${method} arrives framed, and the next request is its own`, async () => {
        const before = recorder.requests.length;
        const sender = await RawSender.connect(proxy.port);
        sender.send(`${method} /one HTTP/1.1\r\nHost: a.test\r\n${framing}\r\n\r\n${body}`);
        sender.send('GET /two HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
        await sender.untilOver();
        const [one, two, ...more] = recorder.requests.slice(before);
        assert.ok(one !== undefined && two !== undefined);
        assert.equal(more.length, 0);
        assert.equal(one.startLine, `${method} /one HTTP/1.1`);
        assert.equal(one.body, 'hello world');
        assert.equal(
          headerOf(one, kind === 'counted' ? 'Content-Length' : 'Transfer-Encoding'),
          framing.slice(framing.indexOf(':') + 2),
        );
        assert.ok(!/;x|Te: x|: b\r|: 7\r|6\.6\.6\.6|Authorization/.test(one.raw), 'no extension, no trailer');
        assert.equal(two.startLine, 'GET /two HTTP/1.1');
        sender.close();
      });
    }
  }

  for (const connection of [
    'Transfer-Encoding',
    'Content-Length',
    'Host',
    'transfer-encoding, host, close',
    'X-Forwarded-For',
    'x-real-ip,  X-FORWARDED-host',
  ]) {
    test(`Connection: ${connection} takes nothing away that we live by`, async () => {
      const before = recorder.requests.length;
      const answer = await exchangeRaw(
        proxy.port,
        `POST / HTTP/1.1\r\nHost: a.test\r\nConnection: close, ${connection}\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1\.1 200 /);
      const request = recorder.requests[before];
      assert.ok(request !== undefined);
      assert.equal(request.body, 'ab');
      assert.equal(headerOf(request, 'Transfer-Encoding'), 'chunked');
      assert.equal(headerOf(request, 'Host'), 'a.test');
      assert.equal(headerOf(request, 'X-Forwarded-For'), '127.0.0.1');
      assert.equal(headerOf(request, 'X-Real-Ip'), '127.0.0.1');
      assert.equal(headerOf(request, 'X-Forwarded-Host'), 'a.test');
      assert.equal(headerOf(request, 'Connection'), undefined);
    });
  }

  test('names that fold onto framing and managed names are left out', async () => {
    const before = recorder.requests.length;
    await exchangeRaw(
      proxy.port,
      'POST / HTTP/1.1\r\nHost: a.test\r\nContent_Length: 5\r\nTransfer_Encoding: chunked\r\nX_Forwarded_For: 6.6.6.6\r\n' +
        'X.Real.Ip: 6.6.6.6\r\nX-Forwarded-Invented: 6\r\nForwarded: for=6.6.6.6\r\nX-Kept_Name: yes\r\nConnection: close\r\n\r\n',
    );
    const request = recorder.requests[before];
    assert.ok(request !== undefined);
    assert.ok(!/6\.6\.6\.6|Invented/.test(request.head), request.head);
    assert.ok(!/_length|_encoding/i.test(request.head));
    assert.equal(headerOf(request, 'X-Kept_Name'), 'yes');
  });

  test('a length in odd spelling is written anew', async () => {
    const before = recorder.requests.length;
    await exchangeRaw(
      proxy.port,
      'POST / HTTP/1.1\r\nhost:\ta.test \r\ncontent-length:5\t\r\nConnection: close\r\n\r\nhello',
    );
    const request = recorder.requests[before];
    assert.ok(request !== undefined);
    assert.match(request.head, /\r\nHost: a\.test\r\n/);
    assert.match(request.head, /\r\nContent-Length: 5\r\n/);
    assert.equal(request.body, 'hello');
  });

  test('the same bytes in slices of any size make the same requests', async () => {
    const bytes =
      '\r\nPOST /sliced?x=1 HTTP/1.1\r\nHost: a.test\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n4\r\ndefg\r\n0\r\nT: u\r\n\r\n' +
      'GET /sliced/last HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n';
    for (const size of [1, 2, 3, 7, 64, 1000]) {
      const before = recorder.requests.length;
      const sender = await RawSender.connect(proxy.port);
      await sender.sendSliced(bytes, size);
      await sender.untilOver();
      const [one, two] = recorder.requests.slice(before);
      assert.equal(one?.startLine, 'POST /sliced?x=1 HTTP/1.1');
      assert.equal(one?.body, 'abcdefg');
      assert.equal(two?.startLine, 'GET /sliced/last HTTP/1.1');
      sender.close();
    }
  });
});
