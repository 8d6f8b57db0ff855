import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApiServer } from '../../../src/admin/api-server.ts';
import type { ExplainedRequest } from '../../../src/admin/explanation.ts';
import { startSideServer } from '../../../src/admin/http.ts';
import { loadManifests } from '../../../src/cli/manifests.ts';
import { offlineOptions, translateOffline } from '../../../src/cli/offline.ts';
import { silentLog } from '../../../src/model/log.ts';
import { runCommand } from '../../support/world.ts';

const side = { name: 'closed', endpoints: {}, loopbackHostsOnly: false, log: silentLog };
const quickstart = 'examples/quickstart';

async function explained(...words: string[]): Promise<ExplainedRequest> {
  const { out, error } = await runCommand(['explain', '--output', 'json', ...words]);
  assert.equal(error, '');
  return JSON.parse(out) as ExplainedRequest;
}

test('the route, its service, endpoints and middlewares are named', async () => {
  const { route, status, service, endpoints, middlewares } = await explained(
    'GET',
    'http://shop.localhost/catalog/shoes',
    quickstart,
  );
  assert.deepEqual(
    [route, status, service, endpoints],
    ['IngressRoute/default/shop/0', null, 'default/catalog:80', ['127.0.0.1:18082']],
  );
  assert.deepEqual(middlewares[0], {
    id: 'default/without-catalog',
    does: 'strips /catalog from the beginning of the path',
  });
});

test('the nearest miss comes first, with the reason', async () => {
  const { route, rejected } = await explained('GET', 'http://shop.localhost/', quickstart);
  assert.equal(route, 'IngressRoute/default/shop/1');
  assert.deepEqual(rejected[0], {
    route: 'IngressRoute/default/shop/0',
    reason: 'PathPrefix(`/catalog`) does not hold: the path is "/"',
    matches: false,
    lostBy: null,
    failed: [{ wanted: 'PathPrefix(`/catalog`)', request: 'the path is "/"' }],
  });
});

test('the Host header wins over the URL, and a path alone will do', async () => {
  const { route } = await explained('GET', '/', '-H', 'Host: hello.localhost:8080', quickstart);
  assert.equal(route, 'Ingress/default/hello/0');
});

test('a request is shown with its scheme and the brackets of an address', async () => {
  const { out } = await runCommand(['explain', 'GET', 'https://[::1]:8443/x?y#z', quickstart]);
  assert.match(out, /^GET https:\/\/\[::1\]\/x\?y\non entry point websecure, from 127.0.0.1$/m);
});

test('a request over TLS says how its handshake is answered, one in clear text does not', async () => {
  const { tls, status } = await explained('GET', 'https://secure.localhost/', 'examples/tls');
  assert.deepEqual(
    [tls?.host, tls?.options, tls?.certificates?.map(({ secret }) => secret), tls?.refused, status],
    ['secure.localhost', 'default/modern', ['Secret/default/secure-localhost'], null, null],
  );
  const clear = await explained('GET', 'http://clear.localhost/', 'examples/tls');
  assert.deepEqual([clear.tls, clear.route], [null, 'IngressRoute/default/clear/0']);
});

test('https is TLS on an entry point that takes clear text too', async () => {
  const { request, tls } = await explained('GET', 'https://secure.localhost:8080/', 'examples/tls');
  assert.deepEqual([request.entryPoint, request.tls, tls?.host], ['web', true, 'secure.localhost']);
});

test('a request for another host than that of the handshake is answered with 421', async () => {
  const words = ['GET', 'https://other.localhost/', '-H', 'Host: secure.localhost', 'examples/tls'];
  const { status, reason, tls } = await explained(...words);
  assert.deepEqual([status, reason, tls?.selfSigned], [421, 'MisdirectedRequest', true]);
});

test('a handshake that is refused is exit code 1, whatever route there is', async () => {
  const items = [
    {
      apiVersion: 'fairlead.dev/v1alpha1',
      kind: 'IngressRoute',
      metadata: { name: 'a' },
      spec: {
        tls: { secretName: 'gone' },
        routes: [{ match: 'Host(`a`)', services: [{ name: 'app', port: 80 }] }],
      },
    },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'other' }, type: 'kubernetes.io/tls', data: {} },
  ];
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const refused = await runCommand(['explain', 'GET', 'https://a/', '-'], list);
  assert.equal(refused.code, 1);
  assert.match(refused.out, /^Handshake {3}refused: no certificate that is for this host can be used$/m);
  const { out } = await runCommand(['explain', 'GET', 'https://a/', '-', '-o', 'json'], list);
  const { status, reason } = JSON.parse(out) as ExplainedRequest;
  assert.deepEqual([status, reason], [null, 'TlsHandshakeFailed']);
  const unseen = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: items.slice(0, 1) });
  const { out: text } = await runCommand(['explain', 'GET', 'https://a/', '-'], unseen);
  assert.match(text, /^Certificate not known: there is no Secret among the files$/m);
});

test('what is no request is refused with a sentence', async () => {
  for (const [words, problem] of [
    [['GET', ''], '"" is neither a URL such as http://host/path nor a path'],
    [['GET', '/'], 'the request names no host; give http://HOST/PATH, or a Host header'],
    [['GET', 'http://a:/'], '"a:" is no host; a request with it is answered with 400'],
    [['GET', 'http://a/b/../c'], '"/b/../c" is no valid path; a request with it is answered with 400'],
    [['GET', 'http://a/é'], '"/é" is no valid path; a request with it is answered with 400'],
    [['G T', '/'], '"G T" is no method'],
    [
      ['GET', '/', '-H', 'Host: a', '-H', 'host: b'],
      'there is more than one Host header; such a request is answered with 400',
    ],
  ] as const) {
    const { code, error } = await runCommand(['explain', ...words, quickstart]);
    assert.deepEqual([code, error.split('\n')[0]], [2, `fairlead explain: ${problem}`]);
  }
});

test('every endpoint is shown with its state, and which of them get requests', async () => {
  const slice = (name: string, conditions: object) => ({
    addressType: 'IPv4',
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, labels: { 'kubernetes.io/service-name': 'app' } },
    endpoints: [{ addresses: [`192.0.2.${name.length}`], conditions }],
    ports: [{ port: 8080 }],
  });
  const spec = {
    entryPoints: ['web'],
    routes: [{ match: 'Host(`a`)', services: [{ name: 'app', port: 80 }] }],
  };
  const objects = [
    { apiVersion: 'fairlead.dev/v1alpha1', kind: 'IngressRoute', metadata: { name: 'a' }, spec },
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'app' }, spec: { ports: [{ port: 80 }] } },
    slice('a', { ready: true, serving: true, terminating: false }),
    slice('bb', { ready: false, serving: true, terminating: true }),
  ];
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const { out } = await runCommand(['explain', 'GET', 'http://a/', '-', '--entrypoint', 'web'], list);
  assert.match(out, /● 192\.0\.2\.1:8080 ready\n +○ 192\.0\.2\.2:8080 not ready, serving, terminating, gets/);
  const { code, error } = await runCommand(['explain', 'GET', 'http://a/', '-', '--entrypoint', 'x'], list);
  assert.deepEqual(
    [code, error.split('\n')[0]],
    [2, 'fairlead explain: there is no entry point "x"; there are web, websecure'],
  );
});

test('a broken route says what the client is told, and what is behind it', async () => {
  const spec = { routes: [{ match: 'Host(`a`)', services: [{ name: 'nowhere', port: 80 }] }] };
  const broken = {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'IngressRoute',
    metadata: { name: 'broken' },
    spec,
  };
  const words = ['explain', 'GET', 'http://a/', '-', '--output', 'json'];
  const { out } = await runCommand(words, JSON.stringify(broken));
  const { status, reason, because } = JSON.parse(out) as ExplainedRequest;
  assert.deepEqual([status, reason, because], [500, 'RouteBroken', 'ServiceNotFound']);
});

test('no route is exit code 1', async () => {
  const { code, out } = await runCommand(['explain', 'GET', 'http://nowhere/', quickstart]);
  assert.equal(code, 1);
  assert.match(out, /^No route takes it: 404 NoRoute\.$/m);
});

test('text names rule, terms and endpoints', async () => {
  const { out } = await runCommand(['explain', 'GET', 'http://hello.localhost/x', quickstart]);
  assert.match(out, /^Rule {8}Host\(`hello.localhost`\) && PathPrefix\(`\/`\)$/m);
  assert.match(out, /✔ Host\(`hello.localhost`\): the host is "hello.localhost"/);
  assert.match(out, /^Service {5}default\/hello:80\n {12}● 127.0.0.1:18081 ready$/m);
});

for (const [words, problem] of [
  [['GET'], 'which request? Give METHOD and URL'],
  [['GET', 'http://x/'], 'which manifests? Give PATH… or --admin URL'],
  [['GET', 'ftp://x/', quickstart], '"ftp://x/" is neither a URL such as http://host/path nor a path'],
  [['G T', 'http://x/', quickstart], '"G T" is no method'],
  [['GET', 'http://x/%zz', quickstart], '"/%zz" is no valid path; a request with it is answered with 400'],
  [['GET', 'http://x/', '-H', 'nonsense', quickstart], `--header: expected 'Name: value', got "nonsense"`],
  [['GET', 'http://x/', '--client-ip', '1.2.3', quickstart], '--client-ip: "1.2.3" is no address'],
  [['GET', 'http://x/', '--admin', 'http://[', '/'], 'give PATH… or --admin URL, not both'],
] as const) {
  test(`explain ${words.join(' ')} is refused with exit code 2`, async () => {
    const { code, out, error } = await runCommand(['explain', ...words]);
    assert.deepEqual([code, out, error.split('\n')[0]], [2, '', `fairlead explain: ${problem}`]);
  });
}

async function closedPort(): Promise<number> {
  const server = await startSideServer({ ...side, listen: { host: '127.0.0.1', port: 0 } });
  await server.close();
  return server.address.port;
}

test('a running instance is asked and answers the same', async (context) => {
  const { plan } = translateOffline(loadManifests([quickstart], () => '').manifests);
  const view = {
    plan,
    certificates: [],
    generation: 7,
    isLive: true,
    entryPoints: offlineOptions.entryPoints,
    endpointsOf: () => [],
    diagnostics: [],
    history: [],
    status: {},
  };
  const server = await startApiServer({ host: '127.0.0.1', port: 0 }, view, silentLog);
  context.after(() => server.close());
  const admin = `http://127.0.0.1:${server.address.port}`;
  const words = [
    'explain',
    'GET',
    'http://shop.localhost/catalog',
    '-H',
    'X-A: 1',
    '--output',
    'json',
    '--admin',
    admin,
  ];
  const { code, out } = await runCommand(words);
  const { route, status, reason, generation } = JSON.parse(out) as ExplainedRequest;
  assert.deepEqual(
    [code, route, status, reason, generation],
    [0, 'IngressRoute/default/shop/0', 503, 'NoEndpoints', 7],
  );
  assert.equal((await fetch(`${admin}/api/plan`, { method: 'PUT' })).status, 405);
  const bad = await runCommand(['explain', 'GET', 'nonsense', '--admin', admin]);
  assert.deepEqual([bad.code, bad.error.includes('is neither a URL')], [2, true]);
});

test('an instance that does not answer is exit code 1 and one sentence', async () => {
  const admin = `127.0.0.1:${await closedPort()}`;
  const { code, error } = await runCommand(['explain', 'GET', 'http://x/', '--admin', admin]);
  assert.deepEqual([code, error], [1, `fairlead explain: http://${admin} does not answer: ECONNREFUSED\n`]);
});

test('an address where something else answers is exit code 1 and one sentence', async (context) => {
  for (const body of ['<html>', '{}', 'null']) {
    const endpoints = { '/api/explain': () => ({ status: 200, type: 'text/html', body }) };
    const server = await startSideServer({ ...side, listen: { host: '127.0.0.1', port: 0 }, endpoints });
    context.after(() => server.close());
    const admin = `http://127.0.0.1:${server.address.port}`;
    const { code, error } = await runCommand(['explain', 'GET', 'http://x/', '--admin', admin]);
    const sentence = `${admin} answered 200, but not as Fairlead does; is it the admin address?`;
    assert.deepEqual([code, error], [1, `fairlead explain: ${sentence}\n`]);
  }
});

test('an address of another scheme is no address of Fairlead', async () => {
  const { code, error } = await runCommand(['explain', 'GET', 'http://x/', '--admin', 'ftp://x']);
  assert.deepEqual([code, error.split('\n')[0]], [2, 'fairlead explain: --admin: "ftp://x" is no URL']);
});

test('the JSON API says what is wrong with a request', async (context) => {
  const view = {
    plan: { routes: [], services: [], middlewares: [] },
    generation: 0,
    isLive: true,
    entryPoints: [],
  };
  const rest = { endpointsOf: () => [], certificates: [], diagnostics: [], history: [], status: {} };
  const server = await startApiServer({ host: '127.0.0.1', port: 0 }, { ...view, ...rest }, silentLog);
  context.after(() => server.close());
  for (const [query, problem] of [
    ['', '"" is neither a URL such as http://host/path nor a path'],
    ['url=/&clientIp=zzz', '"zzz" is no address of a client'],
    ['url=/&header=a%20b:c', '"a b" is no name of a header'],
  ]) {
    const answer = await fetch(`http://127.0.0.1:${server.address.port}/api/explain?${query}`);
    assert.deepEqual([answer.status, await answer.json()], [400, { problem }]);
  }
});

test('the JSON API refuses names that are not of loopback', async (context) => {
  const view = {
    plan: { routes: [], services: [], middlewares: [] },
    generation: 0,
    isLive: true,
    entryPoints: [],
  };
  const rest = { endpointsOf: () => [], certificates: [], diagnostics: [], history: [], status: {} };
  const server = await startApiServer({ host: '127.0.0.1', port: 0 }, { ...view, ...rest }, silentLog);
  context.after(() => server.close());
  const { request } = await import('node:http');
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const options = {
    host: '127.0.0.1',
    port: server.address.port,
    path: '/api/plan',
    headers: { Host: 'evil.example' },
  };
  request(options, (response) => resolve(response.resume().statusCode))
    .on('error', reject)
    .end();
  assert.equal(await promise, 421);
});
