import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import httpProxy from 'http-proxy';
import { type DifferentialCase, differentialCases } from '../support/differential/cases.ts';
import type { WireMessage } from '../support/differential/messages.ts';
import { Origin, runCases, type Seen } from '../support/differential/run.ts';
import { TestProxy } from '../support/raw/test-proxy.ts';

const seed = 20_261_122;
const count = 1_000;

/** Where the two may differ, each by a sentence of `docs/protocols.md`. Names in lower case. */
const exceptions = {
  hop: 'Lines that concern one connection only end here',
  named: 'So do the lines that `Connection` names',
  forwarded: 'What a client says about itself or about proxies before us is left out and written anew',
  folded: 'A name that only folds onto one of these is left out too',
  expect: '`Expect` is met here and not passed on',
  absolute: 'A target in absolute form becomes its path, and its authority becomes the Host',
  slashes: 'Path and query are forwarded byte for byte',
  framing: 'Framing is never passed on',
  date: 'An answer without `Date` gets one',
  bodyless: '1xx and 204 lose their Content-Length',
} as const;

const hop = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding']);
const requestHop = new Set([...hop, 'proxy-authorization']);
const answerHop = new Set([...hop, 'proxy-authenticate']);
const forwarded = /^(?:x-forwarded-.+|x-real-ip|forwarded)$/;

/** Lines by name, repeated ones joined (RFC 9110 section 5.3), but for those that an exception excuses. */
function fieldsOf({ fields }: WireMessage, excused: (key: string) => boolean): Record<string, string> {
  const found = new Map<string, string>();
  for (const { key, value } of fields) {
    if (excused(key)) continue;
    const before = found.get(key);
    const join = key === 'cookie' ? '; ' : ', ';
    found.set(key, before === undefined ? value : before + join + value);
  }
  return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function namesOf(pairs: DifferentialCase['lines']): Set<string> {
  const values = pairs.filter(([name]) => name === 'Connection').map(([, value]) => value);
  return new Set(values.flatMap((value) => value.split(',')).map((name) => name.trim().toLowerCase()));
}

function isRequestExcused(example: DifferentialCase): (key: string) => boolean {
  const named = namesOf(example.version === '1.0' ? [] : example.lines);
  return (key) =>
    requestHop.has(key) ||
    named.has(key) ||
    forwarded.test(key.replaceAll('_', '-')) ||
    key === 'expect' ||
    (key === 'host' && example.isAbsolute) ||
    // http-proxy says `content-length: 0` of some requests without a body, and of chunked ones.
    (key === 'content-length' && (example.body === null || example.isChunked));
}

function isAnswerExcused(example: DifferentialCase): (key: string) => boolean {
  const named = namesOf(example.answerLines);
  const isDated = example.answerLines.some(([name]) => name === 'Date');
  return (key) =>
    answerHop.has(key) ||
    named.has(key) ||
    (key === 'date' && !isDated) ||
    // Node.js states the length of what it has whole.
    (key === 'content-length' && (example.status === 204 || example.answerFraming !== 'length'));
}

/** http-proxy takes the framing away from these and sends their bodies all the same: for them, what was sent is the measure. */
function isMangled({ method, body, isChunked, version }: DifferentialCase): boolean {
  return (method === 'DELETE' || method === 'OPTIONS') && body !== null && isChunked && version === '1.1';
}

function compareRequests(example: DifferentialCase, ours: WireMessage, theirs: WireMessage | null): void {
  const excused = isRequestExcused(example);
  // http-proxy forwards an absolute target as it is, and joins slashes: for these too.
  const isOwnTarget = theirs === null || example.isAbsolute || example.target.includes('//');
  const [method, target, version] = ours.startLine.split(' ');
  assert.equal(method, example.method);
  assert.equal(target, isOwnTarget ? example.target : theirs.startLine.split(' ')[1]);
  assert.equal(version, 'HTTP/1.1');
  assert.equal(ours.body, theirs === null ? (example.body ?? '') : theirs.body);
  if (theirs !== null) assert.deepEqual(fieldsOf(ours, excused), fieldsOf(theirs, excused));
  const hosts = ours.fields.filter(({ key }) => key === 'host').map(({ value }) => value);
  assert.deepEqual(hosts, [example.host]);
  const named = namesOf(example.version === '1.0' ? [] : example.lines);
  for (const { key, name, value } of ours.fields) {
    assert.ok(key === 'transfer-encoding' || !requestHop.has(key), name);
    assert.ok(key !== 'expect' && !named.has(key) && key !== 'x_forwarded_for', name);
    if (forwarded.test(key)) assert.ok(!value.includes('203.0.113.9') && value !== 'https', name);
  }
}

function compareAnswers(example: DifferentialCase, ours: WireMessage, theirs: WireMessage): void {
  const excused = isAnswerExcused(example);
  assert.equal(ours.startLine, theirs.startLine);
  assert.equal(ours.body, theirs.body);
  assert.deepEqual(fieldsOf(ours, excused), fieldsOf(theirs, excused));
  const named = namesOf(example.answerLines);
  for (const { key, name } of ours.fields) {
    assert.ok(key === 'transfer-encoding' || key === 'connection' || !answerHop.has(key), name);
    assert.ok(!named.has(key) && !(key === 'content-length' && example.status === 204), name);
  }
}

async function startHttpProxy(t: TestContext, originPort: number): Promise<number> {
  const proxy = httpProxy.createProxyServer({ target: `http://127.0.0.1:${originPort}`, toProxy: true });
  proxy.on('error', (_error, _request, response) => {
    if ('destroy' in response) response.destroy();
  });
  const server = createServer((request, response) => proxy.web(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
    proxy.close();
  });
  return (server.address() as AddressInfo).port;
}

test('a thousand valid requests reach their origin, and their answers come back, as through http-proxy', async (t) => {
  const cases = fc.sample(differentialCases, { seed, numRuns: count });
  const origin = new Origin(cases);
  const originPort = await origin.start();
  t.after(() => origin.close());
  const proxy = await TestProxy.start({
    endpoints: [originPort],
    routes: [{ rule: { kind: 'pathPrefix', prefix: '/', elements: false } }],
  });
  t.after(() => proxy.close());
  const ours = await runCases(cases, { port: proxy.port, perConnection: 10 }, origin);
  assert.deepEqual(origin.faults, []);
  assert.deepEqual(proxy.errors, []);
  const plain = cases.map((example) => (isMangled(example) ? { ...example, body: null } : example));
  // http-proxy passes on Connection lines of the origin, and then closes connections without a word.
  const port = await startHttpProxy(t, originPort);
  const theirs = await runCases(plain, { port, perConnection: 1 }, origin);
  for (const [id, example] of cases.entries()) {
    const [our, their]: (Seen | undefined)[] = [ours.get(id), theirs.get(id)];
    assert.ok(our !== undefined && their !== undefined, `case ${id}`);
    try {
      compareRequests(example, our.request, isMangled(example) ? null : their.request);
      compareAnswers(example, our.answer, their.answer);
    } catch (cause) {
      throw new Error(`seed ${seed}, case ${id}: ${JSON.stringify(example).slice(0, 1_000)}`, { cause });
    }
  }
});

test('each difference from http-proxy is written down for users', () => {
  const text = readFileSync('docs/protocols.md', 'utf8').replaceAll(/\s+/g, ' ');
  for (const [name, sentence] of Object.entries(exceptions)) assert.ok(text.includes(sentence), name);
});
