import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Credentials } from '../../../src/kube/credentials.ts';
import { type ApiTransport, createTransport } from '../../../src/kube/transport.ts';
import { SecretText } from '../../../src/model/secret-text.ts';
import { FakeClock } from './fake-clock.ts';
import { json, MiniApi, status } from './mini-api.ts';
import { until } from './until.ts';

const get = { method: 'GET', path: '/x' } as const;

describe('createTransport', () => {
  let api: MiniApi;
  let clock: FakeClock;
  let transport: ApiTransport;

  beforeEach(async () => {
    api = await MiniApi.start();
    clock = new FakeClock();
    transport = transportFor(api.credentials);
  });

  afterEach(async () => {
    transport.close();
    await api.close();
    assert.equal(clock.pending, 0, 'no timer is left');
  });

  function transportFor(credentials: Credentials): ApiTransport {
    return createTransport({ credentials, userAgent: 'fairlead/test', clock });
  }

  it('keeps one connection for requests, names itself, and keeps the path of the server', async () => {
    api.script = (_, response) => json(response, 200, { a: 1 });
    const server = new URL('/proxy/cluster/', api.url);
    transport = transportFor({ ...api.credentials, server });
    for (let index = 0; index < 3; index += 1) {
      assert.deepEqual(await transport.request({ ...get, query: { q: 'a b' } }), {
        ok: true,
        code: 200,
        body: { a: 1 },
      });
    }
    assert.equal(new Set(api.asked.map(({ socket }) => socket)).size, 1);
    assert.equal(api.asked[0]?.path, '/proxy/cluster/x');
    assert.equal(api.asked[0]?.query.get('q'), 'a b');
    assert.equal(api.asked[0]?.headers['user-agent'], 'fairlead/test');
    assert.equal(api.asked[0]?.headers.authorization, undefined);
  });

  it('opens another connection where the server closed an idle one', async () => {
    api.script = ({ socket }, response) => {
      // Twice on the same connection is what a server does that has just decided to close it.
      if (api.asked.filter((each) => each.socket === socket).length < 2) return json(response, 200, 1);
      socket.resetAndDestroy();
      return true;
    };
    assert.equal((await transport.request(get)).ok, true);
    assert.equal((await transport.request(get)).ok, true);
    assert.equal(
      (await transport.request({ ...get, method: 'POST' })).ok,
      false,
      'a POST may have been done',
    );
    assert.equal(api.asked.length, 4);
  });

  it('decodes refusals, with Retry-After', async () => {
    api.script = (_, response) => {
      response.setHeader('retry-after', '7');
      status(response, 429, 'TooManyRequests', 'slow down');
      return true;
    };
    assert.deepEqual(await transport.request(get), {
      ok: false,
      error: { code: 429, reason: 'TooManyRequests', message: 'slow down', retryAfterMs: 7000 },
    });
    api.script = (_, response) => {
      response.writeHead(502).end('<html>proxy</html>');
      return true;
    };
    const result = await transport.request(get);
    assert.ok(!result.ok);
    assert.deepEqual([result.error.code, result.error.message], [502, '<html>proxy</html>']);
  });

  it('refuses answers that are too long, cut, or no JSON', async () => {
    const reasonOf = async (maxBytes?: number): Promise<string> => {
      const result = await transport.request(maxBytes === undefined ? get : { ...get, maxBytes });
      return result.ok ? 'ok' : `${result.error.code} ${result.error.reason}`;
    };
    api.script = (_, response) => json(response, 200, 'x'.repeat(98));
    assert.equal(await reasonOf(100), 'ok');
    assert.equal(await reasonOf(99), '0 TooLarge');
    api.script = (_, response) => {
      response.end('{"a":');
      return true;
    };
    assert.equal(await reasonOf(), '0 InvalidResponse');
    api.script = ({ socket }, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('12345', () => socket.destroy());
      return true;
    };
    assert.equal(await reasonOf(), '0 ConnectionFailed');
  });

  it('gives up after the time limit, and when it is told to', async () => {
    let heads = false;
    api.script = (_, response) => {
      if (heads) response.writeHead(200).write('{');
      return true;
    };
    for (heads of [false, true]) {
      const before = api.asked.length;
      const asking = transport.request({ ...get, timeoutMs: 500 });
      await until('it was asked', () => api.asked.length > before);
      clock.advance(501);
      const result = await asking;
      assert.ok(!result.ok);
      assert.equal(result.error.reason, 'Timeout');
    }
    const stopping = new AbortController();
    const asking = transport.request({ ...get, signal: stopping.signal });
    stopping.abort();
    const result = await asking;
    assert.ok(!result.ok);
    assert.equal(result.error.reason, 'Aborted');
    const late = await transport.request({ ...get, signal: stopping.signal });
    assert.ok(!late.ok);
    assert.equal(late.error.reason, 'Aborted');
  });

  it('says why nobody answers', async () => {
    await api.close();
    const result = await transport.request(get);
    assert.ok(!result.ok);
    assert.equal(result.error.code, 0);
    assert.match(result.error.message, /ECONNREFUSED/);
    api = await MiniApi.start();
  });

  it('reads the token anew after a 401, once, and tells nobody what it is', async () => {
    let token = 'old';
    const asked: boolean[] = [];
    transport = transportFor({
      ...api.credentials,
      material: async (fresh) => {
        asked.push(fresh);
        if (fresh) token = 'new';
        return { authorization: new SecretText(`Bearer ${token}`), tls: { verify: true } };
      },
    });
    api.script = ({ headers }, response) => {
      if (headers.authorization === 'Bearer new') return json(response, 200, 1);
      status(response, 401, 'Unauthorized');
      return true;
    };
    assert.equal((await transport.request(get)).ok, true);
    assert.deepEqual(asked, [false, true]);
    api.script = (_, response) => {
      status(response, 401, 'Unauthorized');
      return true;
    };
    assert.equal((await transport.request(get)).ok, false);
    assert.equal(api.asked.length, 4);
  });

  it('turns credentials that cannot be had or sent into an error', async () => {
    transport = transportFor({
      ...api.credentials,
      material: async () => ({ authorization: new SecretText('Bearer a\nb'), tls: { verify: true } }),
    });
    const result = await transport.request(get);
    assert.ok(!result.ok);
    assert.equal(result.error.reason, 'Credentials');
    assert.doesNotMatch(result.error.message, /Bearer/);
  });

  it('streams on a connection of its own, and says how it ended', async () => {
    const chunks: string[] = [];
    const stream = (signal?: AbortSignal) =>
      transport.stream(signal ? { ...get, signal } : get, (chunk) => chunks.push(chunk.toString()));
    let end: 'end' | 'cut' | 'stay' = 'end';
    api.script = ({ socket }, response) => {
      response.writeHead(200).write(end);
      if (end === 'end') response.end();
      if (end === 'cut') setImmediate(() => socket.destroy());
      return true;
    };
    assert.equal(await stream(), null);
    end = 'cut';
    assert.equal((await stream())?.reason, 'ConnectionFailed');
    end = 'stay';
    const stopping = new AbortController();
    const streaming = stream(stopping.signal);
    await until('it flows', () => chunks.length === 3);
    clock.advance(3_600_000);
    stopping.abort();
    assert.equal((await streaming)?.reason, 'Aborted');
    assert.equal(new Set(api.asked.map(({ socket }) => socket)).size, 3);
    api.script = (_, response) => {
      status(response, 403, 'Forbidden');
      return true;
    };
    assert.equal((await stream())?.code, 403);
  });

  it('ends a stream whose reader throws', async () => {
    api.script = (_, response) => {
      response.writeHead(200).write('x');
      return true;
    };
    const error = await transport.stream(get, () => {
      throw new Error('reader');
    });
    assert.equal(error?.reason, 'InvalidResponse');
  });
});
