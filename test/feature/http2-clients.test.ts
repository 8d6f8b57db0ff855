import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import '../support/leaks.ts';
import { TestProxy } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';

const mebi = 1_048_576;

interface Got {
  readonly status: number;
  readonly body: Buffer;
}

async function world(t: TestContext, answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy = await TestProxy.start({ endpoints: [(server.address() as AddressInfo).port] });
  // Its own limit, above which it resets its own streams, in megabytes.
  const session = connect(`http://127.0.0.1:${proxy.port}`, { maxSessionMemory: 200 });
  session.on('error', () => {});
  t.after(async () => {
    session.destroy();
    await proxy.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    assert.deepEqual(proxy.errors, []);
    assert.equal(proxy.proxy.inFlight, 0);
  });
  return { proxy, session };
}

function ask(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: Buffer): Promise<Got> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':authority': 'a.test', ...headers }, { endStream: body === undefined });
    const parts: Buffer[] = [];
    let status = 0;
    stream.on('response', (head) => {
      status = head[':status'] ?? 0;
    });
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('error', reject);
    stream.on('end', () => resolve({ status, body: Buffer.concat(parts) }));
    if (body !== undefined) stream.end(body);
  });
}

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

test('node:http2 gets what it asks for', async (t) => {
  const { session } = await world(t, (request, response) => response.end(`you want ${request.url}`));
  const { status, body } = await ask(session, { ':path': '/a?b' });
  assert.equal(status, 200);
  assert.equal(body.toString(), 'you want /a?b');
});

test('large bodies go both ways at once and arrive as they were', async (t) => {
  const { session } = await world(t, (request, response) => request.pipe(response));
  const sent = Array.from({ length: 4 }, () => randomBytes(3 * mebi + 17));
  const got = await Promise.all(sent.map((body) => ask(session, { ':method': 'POST' }, body)));
  assert.deepEqual(
    got.map(({ body }) => digest(body)),
    sent.map(digest),
  );
});

test('many streams at once each get their own answer', async (t) => {
  const { session, proxy } = await world(t, (request, response) => {
    setImmediate(() => response.end(`${request.url}`.repeat(500)));
  });
  // More than may be open at once: node:http2 keeps the others back.
  const paths = Array.from({ length: 500 }, (_, index) => `/${index}`);
  const got = await Promise.all(paths.map((path) => ask(session, { ':path': path })));
  assert.deepEqual(
    got.map(({ body }) => body.toString()),
    paths.map((path) => path.repeat(500)),
  );
  assert.equal(proxy.outcomes.length, 500);
});

test('a slow stream holds up no other', async (t) => {
  const { session } = await world(t, (request, response) => {
    response.end(Buffer.alloc(request.url === '/large' ? 4 * mebi : 10));
  });
  const slow = session.request({ ':authority': 'a.test', ':path': '/large' });
  slow.pause();
  for (let index = 0; index < 50; index++) {
    assert.equal((await ask(session, { ':path': '/small' })).body.length, 10);
  }
  let length = 0;
  slow.on('data', (part: Buffer) => {
    length += part.length;
  });
  slow.resume();
  await until(() => length === 4 * mebi, 'all of the slow stream');
});

test('an upstream that does not read holds its client back, and no other', async (t) => {
  const held: IncomingMessage[] = [];
  const { session } = await world(t, (request, response) => {
    if (request.method === 'GET') response.end('ok');
    else {
      request.pause();
      held.push(request);
      request.on('end', () => response.end('done'));
    }
  });
  const upload = session.request({ ':authority': 'a.test', ':method': 'POST' });
  let written = 0;
  const piece = Buffer.alloc(65_536);
  const pour = (): void => {
    while (written < 64 * mebi) {
      written += piece.length;
      if (!upload.write(piece)) return;
    }
    upload.end();
  };
  upload.on('drain', pour);
  pour();
  let last = -1;
  let same = 0;
  await until(() => {
    same = written === last ? same + 1 : 0;
    last = written;
    return same === 100;
  }, 'the client to be held back');
  assert.ok(written < 32 * mebi, `${written} bytes were taken`);
  assert.equal((await ask(session, {})).body.toString(), 'ok');
  let body = '';
  upload.on('data', (part: Buffer) => {
    body += part;
  });
  for (const request of held) request.resume();
  await until(() => body === 'done', 'the answer to the upload', 30_000);
});

test('streams that their client aborts leave the others alone', async (t) => {
  const { session, proxy } = await world(t, (_request, response) => {
    response.write('begin');
    setImmediate(() => response.end('end'));
  });
  const got: string[] = [];
  for (let index = 0; index < 60; index++) {
    const stream = session.request({ ':authority': 'a.test' });
    stream.on('error', () => {});
    if (index % 3 === 0) stream.close(8);
    else {
      let body = '';
      stream.on('data', (part: Buffer) => {
        body += part;
      });
      stream.on('end', () => got.push(body));
    }
  }
  await until(() => got.length === 40, '40 answers');
  assert.deepEqual(new Set(got), new Set(['beginend']));
  await until(() => proxy.proxy.inFlight === 0, 'nothing in flight');
});

test('informational answers and 100 (Continue) reach node:http2', async (t) => {
  const { session } = await world(t, (request, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    request.resume();
    request.on('end', () => response.end('ok'));
  });
  const stream = session.request({ ':authority': 'a.test', ':method': 'POST', expect: '100-continue' });
  const seen: string[] = [];
  stream.on('continue', () => {
    seen.push('continue');
    stream.end('body');
  });
  stream.on('headers', (headers) => seen.push(String(headers[':status'])));
  stream.on('response', (headers) => seen.push(String(headers[':status'])));
  stream.resume();
  await until(() => seen.includes('200'), 'the answer');
  assert.ok(seen.includes('continue') && seen.includes('103'), seen.join());
});

/** Debian has it in `nghttp2-client`. */
const tool = 'nghttp';
const hasTool = spawnSync(tool, ['--version']).status === 0;

test('nghttp gets what it asks for', { skip: hasTool ? false : 'nghttp is not installed' }, async (t) => {
  const { proxy } = await world(t, (_request, response) => response.end('x'.repeat(100_000)));
  const child = spawn(tool, ['-nv', '-H:authority: a.test', `http://127.0.0.1:${proxy.port}/`, '-m', '20']);
  let output = '';
  child.stdout.on('data', (part: Buffer) => {
    output += part;
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(status, 0);
  await proxy.untilOutcomes(20);
  assert.equal(output.match(/:status: 200/g)?.length, 20);
  assert.doesNotMatch(output, /RST_STREAM|PROTOCOL_ERROR/);
});
