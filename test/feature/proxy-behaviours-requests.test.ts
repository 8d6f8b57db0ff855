import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import '../support/leaks.ts';
import { headerOf, splitMessages } from '../support/raw/messages.ts';
import { exchangeRaw, RawSender } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import { until } from '../support/raw/until.ts';

const close = 'Connection: close\r\n';

test('nothing in a request but its route chooses the upstream', async (t) => {
  const { recorder, proxy } = await setUp(t);
  const other = (await setUp(t)).recorder;
  const address = `127.0.0.1:${other.port}`;
  const words = [
    'Proxy',
    'Upstream',
    'Backend',
    'Route',
    'Target',
    'Endpoint',
    'Original-Url',
    'Rewrite-Url',
    'Host',
  ];
  const names = ['', 'X-', 'X-Fairlead-', 'X-Skipper-', 'X-Envoy-', 'X-Accel-'].flatMap((prefix) =>
    words.map((word) => `${prefix}${word}`),
  );
  const lines = names.filter((name) => name !== 'Host').map((name) => `${name}: http://${address}/\r\n`);
  const targets = ['/', `//${address}/`, `/http://${address}/`, `/@${address}/`, `/?url=http://${address}/`];
  for (const target of targets) {
    const bytes = `GET ${target} HTTP/1.1\r\nHost: a.test\r\n${lines.join('')}${close}\r\n`;
    assert.match(await exchangeRaw(proxy.port, bytes), /^HTTP\/1\.1 200 /);
  }
  // As a Host it is a host like any other, for which there is no route.
  const absolute = `GET http://${address}/ HTTP/1.1\r\nHost: a.test\r\n${close}\r\n`;
  assert.match(await exchangeRaw(proxy.port, absolute), /^HTTP\/1\.1 404 /);
  assert.deepEqual(
    recorder.requests.map(({ startLine }) => startLine),
    targets.map((target) => `GET ${target} HTTP/1.1`),
  );
  assert.equal(other.connections.length, 0);
});

test('names that mean something in JavaScript are names like any other', async (t) => {
  const { recorder, proxy } = await setUp(t);
  const names = [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'valueOf',
    '0',
    'length',
  ];
  for (const name of names) {
    const before = recorder.requests.length;
    const lines = `Host: a.test\r\n${name}: 1\r\nCookie: ${name}=1\r\nTransfer-Encoding: chunked\r\n`;
    const bytes = `${name} /${name}?${name}=${name} HTTP/1.1\r\n${lines}${close}\r\n0\r\n${name}: 1\r\n\r\n`;
    assert.match(await exchangeRaw(proxy.port, bytes), /^HTTP\/1\.1 200 /, name);
    const request = recorder.requests[before];
    assert.equal(request?.startLine, `${name} /${name}?${name}=${name} HTTP/1.1`);
    assert.equal(request !== undefined && headerOf(request, name), '1');
    const asHost = `GET / HTTP/1.1\r\nHost: ${name}\r\nConnection: close, ${name}\r\n${name}: 1\r\n\r\n`;
    assert.match(await exchangeRaw(proxy.port, asHost), /^HTTP\/1\.1 404 /, name);
  }
  assert.equal(({} as Record<string, unknown>)['1'], undefined);
});

test('a Host that only holds the host of a route does not match it', async (t) => {
  const { recorder, proxy } = await setUp(t);
  for (const [host, status] of [
    ['a.test', 200],
    ['A.TEST', 200],
    ['a.test.', 200],
    ['a.test:8080', 200],
    ['evila.test', 404],
    ['evil.a.test', 404],
    ['a.test.evil', 404],
    ['a.testevil', 404],
    ['a-test', 404],
    ['atest', 404],
    ['a.tes', 404],
  ] as const) {
    const answer = await exchangeRaw(proxy.port, `GET / HTTP/1.1\r\nHost: ${host}\r\n${close}\r\n`);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), host);
  }
  assert.equal(recorder.requests.length, 4);
});

test('rules compare the path and never the query', async (t) => {
  const rule = { kind: 'path', path: '/public' } as const;
  const { recorder, proxy } = await setUp(t, {}, { routes: [{ rule }] });
  for (const [target, status] of [
    ['/public', 200],
    ['/public?/private', 200],
    ['/private?/public', 404],
    ['/?/public', 404],
    ['/private?x=/../public', 404],
    ['/private%3F/public', 404],
    ['/public%3Fx', 404],
    ['/public/', 404],
    ['/PUBLIC', 404],
  ] as const) {
    const answer = await exchangeRaw(proxy.port, `GET ${target} HTTP/1.1\r\nHost: a.test\r\n${close}\r\n`);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), target);
  }
  assert.equal(recorder.requests.length, 2);
});

test('bodies pass as they are, whatever type and coding they are said to have', async (t) => {
  const { recorder, proxy } = await setUp(t);
  const bomb = `\x1f\x8b\x08${randomBytes(200).toString('latin1')}`;
  const lines = `Content-Type: application/json\r\nContent-Encoding: gzip, br, ${'gzip, '.repeat(500)}zstd\r\n`;
  recorder.script = () => `HTTP/1.1 200 OK\r\n${lines}Content-Length: ${bomb.length}\r\n\r\n${bomb}`;
  const bytes = `POST / HTTP/1.1\r\nHost: a.test\r\n${lines}Content-Length: ${bomb.length}\r\n${close}\r\n${bomb}`;
  const [answer] = splitMessages(await exchangeRaw(proxy.port, bytes)).messages;
  assert.ok(answer?.head.includes(lines));
  assert.equal(answer?.body, bomb);
  assert.ok(recorder.requests[0]?.head.includes(lines));
  assert.equal(recorder.requests[0]?.body, bomb);
});

test('random bodies arrive once and whole, in any framing and in any slices', async (t) => {
  const { recorder, proxy } = await setUp(t);
  recorder.script = ({ body }) => {
    const hash = createHash('sha1').update(body, 'latin1').digest('hex');
    return `HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n${hash}`;
  };
  const sender = await RawSender.connect(proxy.port);
  const hashes: string[] = [];
  for (let index = 0; index < 200; index++) {
    const body = randomBytes(index < 190 ? index * 3 : index * 400).toString('latin1');
    hashes.push(createHash('sha1').update(body, 'latin1').digest('hex'));
    const method = ['POST', 'GET', 'DELETE', 'OPTIONS'][index % 4];
    const head = `${method} /${index} HTTP/1.1\r\nHost: a.test\r\n`;
    const message =
      index % 2 === 0
        ? `${head}Content-Length: ${body.length}\r\n\r\n${body}`
        : `${head}Transfer-Encoding: chunked\r\n\r\n${chunks(body, 1 + ((index * 37) % 500))}`;
    await sender.sendSliced(message, 1 + ((index * 997) % 4_000));
  }
  await until(() => splitMessages(sender.received).messages.length === 200, '200 answers');
  assert.deepEqual(
    splitMessages(sender.received).messages.map(({ body }) => body),
    hashes,
  );
  sender.close();
});

test('nine thousand pipelined requests are answered one by one', async (t) => {
  const { recorder, proxy } = await setUp(t);
  const sender = await RawSender.connect(proxy.port);
  const refused = 'GET / HTTP/1.1\r\nHost: b.test\r\n\r\n';
  sender.send(`${refused.repeat(9_000)}GET / HTTP/1.1\r\nHost: a.test\r\n${close}\r\n`);
  await sender.untilOver();
  assert.equal(sender.received.match(/HTTP\/1\.1 404 /g)?.length, 9_000);
  assert.match(sender.received, /HTTP\/1\.1 200 OK\r\n[\s\S]*ok$/);
  assert.equal(recorder.requests.length, 1);
  sender.close();
});

test('a path of the greatest length that is all slashes, dots or encoded bytes is read like any other', async (t) => {
  const { recorder, proxy } = await setUp(t);
  for (const [part, status] of [
    ['/', 200],
    ['/a', 200],
    ['/...', 200],
    ['%2F', 200],
    ['%252e', 200],
    ['/..', 400],
    ['/.', 400],
    ['/%2e', 400],
    ['%2F..', 400],
    ['/..;a', 400],
    ['/a/..', 400],
  ] as const) {
    const path = `/${part.repeat(Math.floor(8_190 / part.length))}`;
    const answer = await exchangeRaw(proxy.port, `GET ${path} HTTP/1.1\r\nHost: a.test\r\n${close}\r\n`);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), part);
    if (status === 200) assert.equal(recorder.requests.at(-1)?.startLine, `GET ${path} HTTP/1.1`);
  }
});

test('a redirect of an upstream is passed on and never followed', async (t) => {
  const { recorder, proxy } = await setUp(t);
  const location = `Location: http://127.0.0.1:${recorder.port}/next\r\n`;
  for (const status of [301, 302, 303, 307, 308]) {
    const before = recorder.requests.length;
    recorder.script = () => `HTTP/1.1 ${status} Moved\r\n${location}Content-Length: 0\r\n\r\n`;
    const answer = await exchangeRaw(proxy.port, `GET / HTTP/1.1\r\nHost: a.test\r\n${close}\r\n`);
    assert.ok(answer.startsWith(`HTTP/1.1 ${status} Moved\r\n${location}`), answer);
    assert.equal(recorder.requests.length, before + 1);
  }
});

test('two routes to one Service keep their own middlewares', async (t) => {
  const header = (value: string) => ({
    kind: 'headers' as const,
    request: [{ name: 'X-Route', value }],
    response: [{ name: 'X-Route', value }],
  });
  const { recorder, proxy } = await setUp(
    t,
    {},
    {
      routes: [
        { rule: { kind: 'host', host: 'a.test' }, middlewares: ['one'] },
        { rule: { kind: 'host', host: 'b.test' }, middlewares: ['two'] },
        { rule: { kind: 'host', host: 'c.test' } },
      ],
      middlewares: { one: header('one'), two: header('two') },
    },
  );
  const wanted = ['one', 'two', undefined];
  const sender = await RawSender.connect(proxy.port);
  const order = Array.from({ length: 300 }, (_, index) => (index * 7) % 3);
  sender.send(order.map((route) => `GET / HTTP/1.1\r\nHost: ${'abc'[route]}.test\r\n\r\n`).join(''));
  await until(() => splitMessages(sender.received).messages.length === 300, '300 answers');
  const { messages } = splitMessages(sender.received);
  for (const [index, route] of order.entries()) {
    const request = recorder.requests[index];
    const answer = messages[index];
    assert.ok(request !== undefined && answer !== undefined);
    assert.equal(headerOf(request, 'X-Route'), wanted[route]);
    assert.equal(headerOf(answer, 'X-Route'), wanted[route]);
  }
  sender.close();
});

function chunks(body: string, size: number): string {
  let out = '';
  for (let at = 0; at < body.length; at += size) {
    const piece = body.slice(at, at + size);
    out += `${piece.length.toString(16)};n="${at}"\r\n${piece}\r\n`;
  }
  return `${out}0\r\nChecksum: x\r\n\r\n`;
}
