import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from '../../src/model/rule.ts';
import { parseRule } from '../../src/routing/rule/parse.ts';
import '../support/leaks.ts';
import { exchangeRaw } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';

function rule(text: string): Rule {
  const parsed = parseRule(text);
  assert.ok(parsed.ok, text);
  return parsed.rule;
}

/** The status of each target, all on one connection. */
async function statuses(port: number, requests: readonly string[]): Promise<readonly string[]> {
  const heads = requests.map(
    (request, index) =>
      `${request}\r\nHost: a.test\r\n${index === requests.length - 1 ? 'Connection: close\r\n' : ''}\r\n`,
  );
  const answers = await exchangeRaw(port, heads.join(''));
  return [...answers.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status = '']) => status);
}

test('a query is read anew for each request of a connection, and forwarded as it came', async (t) => {
  const { proxy, recorder } = await setUp(
    t,
    {},
    { routes: [{ rule: rule('Query(`q`, `a b`) || Query(`on`)') }] },
  );
  const targets = ['/?q=a+b', '/?q=a', '/', '/?x=1;q=%61%20b', '/?on', '/?', '/?on=1', 'http://a.test?on'];
  const answers = await statuses(
    proxy.port,
    targets.map((target) => `GET ${target} HTTP/1.1`),
  );
  assert.deepEqual(answers, ['200', '404', '404', '200', '200', '404', '404', '200']);
  assert.deepEqual(
    recorder.requests.map(({ head }) => head.split(' ')[1]),
    ['/?q=a+b', '/?x=1;q=%61%20b', '/?on', '/?on'],
  );
});

test('ClientIP asks for the peer, and no header changes that', async (t) => {
  const routes = [
    { rule: rule('ClientIP(`127.0.0.0/8`) && !Path(`/no`) || Path(`/no`) && ClientIP(`10.0.0.0/8`)') },
  ];
  const { proxy } = await setUp(t, {}, { routes, trustedIps: ['127.0.0.0/8'] });
  const forged = 'HTTP/1.1\r\nX-Forwarded-For: 10.0.0.1\r\nX-Real-Ip: 10.0.0.1';
  assert.deepEqual(await statuses(proxy.port, [`GET / ${forged}`, `GET /no ${forged}`]), ['200', '404']);
});

test('patterns see the decoded path, the host in lower case, and every header line as UTF-8', async (t) => {
  const text = 'HostRegexp(`^[a-z.]+$`) && PathRegexp(`^/é[0-9] $`) && HeaderRegexp(`X-Name`, `^é$`)';
  const { proxy } = await setUp(t, {}, { routes: [{ rule: rule(text) }] });
  const name = Buffer.from('é').toString('latin1');
  assert.deepEqual(
    await statuses(proxy.port, [
      `GET http://A.TEST/%c3%a91%20 HTTP/1.1\r\nX-Name: x\r\nX-Name: ${name}`,
      `GET /%C3%A9a%20 HTTP/1.1\r\nX-Name: ${name}`,
      'GET /%C3%A91%20 HTTP/1.1\r\nX-Name: e',
    ]),
    ['200', '404', '404'],
  );
});
