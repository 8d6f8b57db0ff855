import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from '../../src/model/rule.ts';
import '../support/leaks.ts';
import { headerOf, type RawMessage } from '../support/raw/messages.ts';
import { RawRecorder } from '../support/raw/recorder.ts';
import { exchangeRaw, RawSender } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import { until } from '../support/raw/until.ts';

type World = Awaited<ReturnType<typeof setUp>>;

/** Sends one request and returns what the upstream got. */
async function forwarded(
  { recorder, proxy }: World,
  startLine: string,
  lines = 'Host: a.test\r\n',
): Promise<RawMessage> {
  const before = recorder.requests.length;
  const answer = await exchangeRaw(proxy.port, `${startLine}\r\n${lines}Connection: close\r\n\r\n`);
  const request = recorder.requests[before];
  assert.ok(request !== undefined, answer);
  return request;
}

test('what passes keeps its order and spelling, and our own lines stand at the end', async (t) => {
  const world = await setUp(t);
  const request = await forwarded(
    world,
    'GET /Path//x?q=1&q=%zz HTTP/1.1',
    'aCCEPT: */*\r\nHost: A.Test\r\nx-b:  two  blanks \r\nCookie: a=b\r\nX-Empty:\r\ncookie: c=d\r\n',
  );
  const { port } = world.proxy;
  assert.equal(
    request.raw,
    'GET /Path//x?q=1&q=%zz HTTP/1.1\r\naCCEPT: */*\r\nHost: A.Test\r\nx-b:  two  blanks \r\nCookie: a=b\r\nX-Empty:\r\ncookie: c=d\r\n' +
      'X-Forwarded-For: 127.0.0.1\r\nX-Real-Ip: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n' +
      `X-Forwarded-Port: ${port}\r\nX-Forwarded-Server: fairlead-test\r\nX-Forwarded-Host: A.Test\r\n\r\n`,
  );
});

test('lines of one hop and those that Connection names stay behind', async (t) => {
  const world = await setUp(t);
  const request = await forwarded(
    world,
    'GET / HTTP/1.1',
    'Host: a.test\r\nConnection: X-Hop, keep-alive\r\nx-hop: 1\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\nTE: trailers\r\n' +
      'Trailer: x\r\nUpgrade: websocket\r\nProxy-Authorization: x\r\nHTTP2-Settings: x\r\nX-Kept: 1\r\n',
  );
  const names = request.headers.map(([name]) => name).filter((name) => !name.startsWith('X-Forwarded'));
  assert.deepEqual(names, ['Host', 'X-Kept', 'X-Real-Ip']);
});

const spoof = '6.6.6.6';

test('an untrusted client chooses nothing that we tell about it, however it spells the names', async (t) => {
  const world = await setUp(t);
  const known = [
    'For',
    'Host',
    'Proto',
    'Port',
    'Prefix',
    'Server',
    'Method',
    'Uri',
    'User',
    'Tls-Client-Cert',
  ];
  const invented = Array.from({ length: 20 }, (_, index) => `Invented-${index * 7919}`);
  const names = [...known, ...invented].map((name) => `X-Forwarded-${name}`).concat('X-Real-Ip', 'Forwarded');
  for (const separator of ['-', '_', '.', '~', '!', "'"]) {
    const spelled = names.map((name, index) => {
      const folded = name.replaceAll('-', separator);
      return index % 3 === 0 ? folded.toUpperCase() : folded;
    });
    const request = await forwarded(
      world,
      'GET / HTTP/1.1',
      `Host: a.test\r\n${spelled.map((name) => `${name}: ${spoof}\r\n`).join('')}`,
    );
    assert.ok(!request.head.includes(spoof), request.head);
    // A count of its own doing, since it pretends to come from another proxy.
    const counted = headerOf(request, 'X-Forwarded-Hops');
    assert.equal(counted, separator === '-' ? '2' : undefined);
    assert.equal(request.headers.length, counted === undefined ? 7 : 8, request.head);
    assert.equal(headerOf(request, 'X-Forwarded-For'), '127.0.0.1');
    assert.equal(headerOf(request, 'X-Forwarded-Proto'), 'http');
    assert.equal(headerOf(request, 'X-Forwarded-Port'), String(world.proxy.port));
    assert.equal(headerOf(request, 'X-Forwarded-Host'), 'a.test');
  }
});

test('Connection takes away none of our lines, however it names them', async (t) => {
  const world = await setUp(t);
  const ours = [
    'x-forwarded-for',
    'X-FORWARDED-HOST',
    'x-Forwarded-proto',
    'X-Forwarded-Port',
    'X-Real-IP',
    'hOST',
  ];
  for (const connection of [
    `Connection: ${ours.join(', ')}\r\n`,
    `Connection: ${ours.join(',')}\r\n`,
    `connection:\t${ours.join(' \t,\t ')} \t\r\n`,
    ours.map((name) => `CONNECTION: ${name}\r\n`).join(''),
    `Connection: close,${ours.join(',,')},\r\n`,
  ]) {
    const request = await forwarded(
      world,
      'POST / HTTP/1.1',
      `Host: a.test\r\n${connection}Content-Length: 0\r\n`,
    );
    for (const name of ours) assert.ok(headerOf(request, name) !== undefined, `${name} of ${connection}`);
    assert.equal(headerOf(request, 'X-Forwarded-For'), '127.0.0.1');
    assert.equal(headerOf(request, 'Content-Length'), '0');
    assert.equal(headerOf(request, 'Connection'), undefined);
  }
});

test('a header that Connection names is gone for rules and for the upstream alike', async (t) => {
  const rule: Rule = { kind: 'header', name: 'authorization', value: 'secret' };
  const world = await setUp(t, {}, { routes: [{ rule }] });
  const lines = 'Host: a.test\r\nAuthorization: secret\r\n';
  assert.equal(headerOf(await forwarded(world, 'GET / HTTP/1.1', lines), 'Authorization'), 'secret');
  const bytes = `GET / HTTP/1.1\r\n${lines}Connection: close, AUTHORIZATION\r\n\r\n`;
  assert.match(await exchangeRaw(world.proxy.port, bytes), /^HTTP\/1\.1 404 /);
  assert.equal(world.recorder.requests.length, 1);
});

test('a header that a middleware sets is the only one for those who fold names', async (t) => {
  const world = await setUp(
    t,
    {},
    {
      routes: [{ middlewares: ['m'] }],
      middlewares: {
        m: {
          kind: 'headers',
          request: [
            { name: 'x-Auth-User', value: 'alice' },
            { name: 'X-Gone', value: null },
          ],
          response: [{ name: 'X-Internal-Id', value: null }],
        },
      },
    },
  );
  world.recorder.script = () =>
    'HTTP/1.1 200 OK\r\nX-Internal-Id: 1\r\nx_internal.id: 2\r\nContent-Length: 2\r\n\r\nok';
  const spellings = [
    'X-Auth-User',
    'x-auth-user',
    'X_Auth_User',
    'X-AUTH_USER',
    'x.auth.user',
    'X~Auth|User',
    'x_Gone',
  ];
  const lines = spellings.map((name) => `${name}: mallory\r\n`).join('');
  const bytes = `GET / HTTP/1.1\r\nHost: a.test\r\n${lines}XAuthUser: kept\r\nConnection: close, x-auth-user\r\n\r\n`;
  const answer = await exchangeRaw(world.proxy.port, bytes);
  const [request] = world.recorder.requests;
  assert.ok(request !== undefined);
  assert.ok(!request.head.includes('mallory'), request.head);
  assert.equal(request.head.match(/x.auth.user: /gi)?.length, 1);
  assert.equal(headerOf(request, 'x-auth-user'), 'alice');
  assert.equal(headerOf(request, 'XAuthUser'), 'kept');
  assert.ok(!/internal/i.test(answer), answer);
});

test('a header rule looks at every line of a name, byte for byte', async (t) => {
  const world = await setUp(t, {}, { routes: [{ rule: { kind: 'header', name: 'x-a', value: 'b\xff' } }] });
  const request = await forwarded(
    world,
    'GET / HTTP/1.1',
    'Host: a.test\r\nX-A: a\r\nx-a: b\xff\r\nX-A: c\r\n',
  );
  assert.match(request.head, /X-A: a\r\nx-a: b\xff\r\nX-A: c\r\n/);
  const bytes = 'GET / HTTP/1.1\r\nHost: a.test\r\nX-A: a, b\xff\r\nX_A: b\xff\r\nConnection: close\r\n\r\n';
  assert.match(await exchangeRaw(world.proxy.port, bytes), /^HTTP\/1\.1 404 /);
});

test('a trusted peer is believed, and its chain continued', async (t) => {
  const world = await setUp(t, {}, { trustedIps: ['127.0.0.0/8'] });
  const request = await forwarded(
    world,
    'GET / HTTP/1.1',
    'Host: a.test\r\nX-Forwarded-For: 1.1.1.1\r\nx-forwarded-for: 2.2.2.2\r\nX-Forwarded-Proto: https\r\nX_Forwarded_Proto: ftp\r\nForwarded: for=1.1.1.1\r\n',
  );
  assert.equal(headerOf(request, 'X-Forwarded-For'), '1.1.1.1, 2.2.2.2, 127.0.0.1');
  assert.equal(headerOf(request, 'X-Forwarded-Proto'), 'https');
  assert.equal(headerOf(request, 'Forwarded'), 'for=1.1.1.1');
  assert.equal(headerOf(request, 'X-Real-Ip'), '127.0.0.1');
  assert.equal(headerOf(request, 'X-Forwarded-Host'), 'a.test');
  assert.equal(request.head.match(/forwarded.proto/gi)?.length, 1);
  assert.equal(request.head.match(/x-forwarded-for/gi)?.length, 1);
});

test('an absolute target gives the Host, and is forwarded as a path', async (t) => {
  const world = await setUp(t);
  const request = await forwarded(world, 'GET http://A.test:80?x=1 HTTP/1.1', 'Host: other.test\r\n');
  assert.equal(request.startLine, 'GET /?x=1 HTTP/1.1');
  assert.equal(headerOf(request, 'Host'), 'A.test:80');
  assert.equal(headerOf(request, 'X-Forwarded-Host'), 'A.test:80');
});

test('OPTIONS * passes, also as an absolute target without a path', async (t) => {
  const world = await setUp(t);
  assert.equal((await forwarded(world, 'OPTIONS * HTTP/1.1')).startLine, 'OPTIONS * HTTP/1.1');
  const absolute = await forwarded(world, 'OPTIONS http://a.test HTTP/1.1', 'Host: b.test\r\n');
  assert.equal(absolute.startLine, 'OPTIONS * HTTP/1.1');
  assert.equal(headerOf(absolute, 'Host'), 'a.test');
});

test('expectations of HTTP/1.0 are neither met nor forwarded', async (t) => {
  const world = await setUp(t);
  const sender = await RawSender.connect(world.proxy.port);
  sender.send(
    'POST / HTTP/1.0\r\nHost: a.test\r\nExpect: 100-continue\r\nExpect: x\r\nContent-Length: 5\r\n\r\n',
  );
  await until(() => world.recorder.received.includes('\r\n\r\n'), 'the head upstream');
  sender.send('hello');
  await sender.untilOver();
  assert.match(sender.received, /^HTTP\/1\.1 200 /);
  assert.ok(!/expect/i.test(world.recorder.received));
  sender.close();
});

test('a POST without a length has no body, and what follows is not a part of it', async (t) => {
  const world = await setUp(t);
  for (const version of ['1.0', '1.1']) {
    const before = world.recorder.requests.length;
    const next = 'GET /next HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n';
    await exchangeRaw(world.proxy.port, `POST / HTTP/${version}\r\nHost: a.test\r\n\r\n${next}`);
    const [post, ...more] = world.recorder.requests.slice(before);
    assert.equal(post?.startLine, 'POST / HTTP/1.1');
    assert.equal(post?.body, '');
    assert.equal(more.length, version === '1.0' ? 0 : 1);
  }
});

test('HTTP/1.0 without Host reaches a route for any host, with the endpoint as Host', async (t) => {
  const world = await setUp(t, {}, { routes: [{ rule: { kind: 'host', host: '*' } }] });
  const request = await forwarded(world, 'GET / HTTP/1.0', '');
  assert.equal(headerOf(request, 'Host'), `127.0.0.1:${world.recorder.port}`);
});

test('passHostHeader false sends the endpoint as Host', async (t) => {
  const world = await setUp(t, {}, { routes: [{ targets: [{ passHostHeader: false }] }] });
  const request = await forwarded(world, 'GET /x HTTP/1.1', 'Accept: x\r\nHost: a.test\r\n');
  assert.equal(headerOf(request, 'Host'), `127.0.0.1:${world.recorder.port}`);
  assert.equal(headerOf(request, 'X-Forwarded-Host'), 'a.test');
});

test('rules see no header that is not forwarded', async (t) => {
  const world = await setUp(
    t,
    {},
    {
      routes: [{ rule: { kind: 'header', name: 'x-forwarded-proto', value: 'https' } }],
    },
  );
  const bytes = 'GET / HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n';
  assert.match(await exchangeRaw(world.proxy.port, bytes), /^HTTP\/1\.1 404 /);
});

test('stripPrefix removes the first prefix that fits, however it is encoded, and names it', async (t) => {
  const world = await setUp(
    t,
    {},
    {
      routes: [{ middlewares: ['m'] }],
      middlewares: { m: { kind: 'stripPrefix', prefixes: ['/nope', '/api', '/a b'] } },
    },
  );
  for (const [path, wanted, prefix] of [
    ['/api/v1?x=/api', '/v1?x=/api', '/api'],
    ['/api', '/', '/api'],
    ['/api?x', '/?x', '/api'],
    ['/apis', '/s', '/api'],
    ['/%61pi/%2Fv', '/%2Fv', '/api'],
    ['/a%20b/c', '/c', '/a%20b'],
    ['/other', '/other', undefined],
  ] as const) {
    const request = await forwarded(world, `GET ${path} HTTP/1.1`);
    assert.equal(request.startLine, `GET ${wanted} HTTP/1.1`);
    assert.equal(headerOf(request, 'X-Forwarded-Prefix'), prefix);
  }
});

test('a path that a rewrite makes dangerous is refused', async (t) => {
  const world = await setUp(
    t,
    {},
    {
      routes: [{ middlewares: ['m'] }],
      middlewares: { m: { kind: 'stripPrefix', prefixes: ['/api', '/x/.'] } },
    },
  );
  for (const path of [
    '/api../admin',
    '/api//evil.test/',
    '/x/../admin',
    '/api%2e%2e/admin',
    '/api..%2fadmin',
  ]) {
    const answer = await exchangeRaw(
      world.proxy.port,
      `GET ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 400 /, path);
  }
  assert.equal(world.recorder.requests.length, 0);
});

test('addPrefix and headers act in order on requests and answers', async (t) => {
  const world = await setUp(
    t,
    {},
    {
      routes: [{ middlewares: ['add', 'head'] }],
      middlewares: {
        add: { kind: 'addPrefix', prefix: '/base' },
        head: {
          kind: 'headers',
          request: [
            { name: 'X-Set', value: 'new' },
            { name: 'x-gone', value: null },
            { name: 'Host', value: 'inner.test' },
            { name: 'X-Forwarded-Proto', value: 'https' },
            { name: 'Content-Length', value: '99' },
            { name: 'Transfer-Encoding', value: null },
          ],
          response: [
            { name: 'Server', value: null },
            { name: 'X-Answer', value: 'yes' },
            { name: 'Connection', value: 'upgrade' },
          ],
        },
      },
    },
  );
  world.recorder.script = () =>
    'HTTP/1.1 200 OK\r\nserver: x\r\nX-Answer: no\r\nX-Answer: never\r\nContent-Length: 2\r\n\r\nok';
  const sender = await RawSender.connect(world.proxy.port);
  for (const count of [1, 2]) {
    sender.send(
      'POST /p?q HTTP/1.1\r\nHost: a.test\r\nX-SET: old\r\nX-Gone: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n',
    );
    await world.recorder.untilRequests(count);
  }
  await sender.untilReceived('ok');
  for (const request of world.recorder.requests) {
    assert.equal(request.startLine, 'POST /base/p?q HTTP/1.1');
    assert.equal(request.body, 'ab');
    assert.equal(headerOf(request, 'Host'), 'inner.test');
    assert.equal(headerOf(request, 'X-Forwarded-Host'), 'a.test');
    assert.equal(request.head.match(/x-set: /gi)?.length, 1);
    assert.equal(headerOf(request, 'X-Set'), 'new');
    assert.equal(headerOf(request, 'X-Gone'), undefined);
    assert.equal(request.head.match(/x-forwarded-proto: /gi)?.length, 1);
    assert.equal(headerOf(request, 'X-Forwarded-Proto'), 'https');
  }
  assert.ok(!/server:|: no|: never|upgrade/i.test(sender.received));
  assert.match(sender.received, /\r\nX-Answer: yes\r\n/);
  sender.close();
});

test('a middleware that could break a head makes its route fail closed', async (t) => {
  const world = await setUp(
    t,
    {},
    {
      routes: [{ middlewares: ['bad'] }, { rule: { kind: 'host', host: 'b.test' }, middlewares: ['absent'] }],
      middlewares: {
        bad: { kind: 'headers', request: [{ name: 'X', value: 'a\r\nHost: evil' }], response: [] },
      },
    },
  );
  for (const host of ['a.test', 'b.test']) {
    const answer = await exchangeRaw(
      world.proxy.port,
      `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 500 [\s\S]*RouteBroken/);
  }
  assert.equal(world.recorder.requests.length, 0);
});

test('weights spread requests in their proportion, and services without endpoints are passed over', async (t) => {
  const world = await setUp(
    t,
    {},
    {
      routes: [
        {
          targets: [
            { service: 's', weight: 3 },
            { service: 'u', weight: 1 },
            { service: 'none', weight: 5 },
            { service: 's', weight: 0 },
          ],
        },
      ],
    },
  );
  const other = await RawRecorder.start();
  t.after(() => other.close());
  world.proxy.setEndpoints('u', [other.port]);
  const sender = await RawSender.connect(world.proxy.port);
  sender.send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'.repeat(40));
  await world.proxy.untilOutcomes(40);
  assert.equal(world.recorder.requests.length, 30);
  assert.equal(other.requests.length, 10);
  sender.close();
});

test('a request in flight keeps the generation it began with', async (t) => {
  const header = (value: string) => ({
    kind: 'headers' as const,
    request: [],
    response: [{ name: 'X-Generation', value }],
  });
  const world = await setUp(t, {}, { routes: [{ middlewares: ['m'] }], middlewares: { m: header('one') } });
  world.recorder.script = () => undefined;
  const sender = await RawSender.connect(world.proxy.port);
  const get = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n';
  sender.send(get);
  await world.recorder.untilRequests(1);
  world.proxy.publish([{ middlewares: ['m'] }], { m: header('two') });
  const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  world.recorder.connections[0]?.socket.write(ok);
  await sender.untilReceived('X-Generation: one');
  world.recorder.script = () => ok;
  sender.send(get);
  await sender.untilReceived('X-Generation: two');
  sender.close();
});

test('an outcome tells everything that telemetry asks for', async (t) => {
  const world = await setUp(t);
  await forwarded(world, 'GET /x?y HTTP/1.1', 'Host: a.test:8080\r\nUser-Agent:  some one \r\n');
  await world.proxy.untilOutcomes(1);
  const [outcome] = world.proxy.outcomes;
  assert.ok(outcome !== undefined && outcome.upstreamMs !== null);
  const { startedAt, durationMs, upstreamMs, ...rest } = outcome;
  assert.ok(Math.abs(startedAt - Date.now()) < 60_000 && durationMs >= upstreamMs && upstreamMs >= 0);
  assert.deepEqual(rest, {
    entryPoint: 'web',
    protocol: 'http/1.1',
    method: 'GET',
    host: 'a.test:8080',
    target: '/x?y',
    clientIp: '127.0.0.1',
    userAgent: 'some one',
    route: 'IngressRoute/default/test/0',
    service: 's',
    endpoint: `127.0.0.1:${world.recorder.port}`,
    status: 200,
    reason: null,
    requestBytes: 0,
    responseBytes: 2,
    retries: 0,
  });
});

test('the outcome of a request that cannot be read shows nothing of the request before it', async (t) => {
  const world = await setUp(t);
  const sender = await RawSender.connect(world.proxy.port);
  sender.send('GET /secret HTTP/1.1\r\nHost: a.test\r\nUser-Agent: me\r\n\r\n');
  await sender.untilReceived('ok');
  sender.send('\x00');
  await sender.untilOver();
  await world.proxy.untilOutcomes(2);
  const outcome = world.proxy.outcomes[1];
  assert.deepEqual(
    [outcome?.method, outcome?.target, outcome?.host, outcome?.userAgent, outcome?.route],
    ['', '', '', '', null],
  );
  sender.close();
});
