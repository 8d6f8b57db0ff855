import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import '../support/leaks.ts';
import { TestProxy } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';

const restarts = 8;
/** Requests of each kind that are answered between two restarts. */
const leastBetween = 60;

/** An upstream by `node:http2` that can be told to go, as a pod is: it says GOAWAY, answers what it has begun, and closes. */
class Replica {
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();

  private constructor(server: Http2Server) {
    this.#server = server;
    server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('close', () => this.#sessions.delete(session));
      session.on('error', () => {});
    });
    server.on('stream', (stream: ServerHttp2Stream) => {
      stream.on('error', () => {});
      void this.#answer(stream);
    });
  }

  static async start(): Promise<Replica> {
    const server = createServer();
    const replica = new Replica(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return replica;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async end(): Promise<void> {
    for (const session of this.#sessions) session.close();
    this.#server.close();
    await until(() => this.#sessions.size === 0, 'the end of its connections');
  }

  async #answer(stream: ServerHttp2Stream): Promise<void> {
    const body = await text(stream).catch(() => null);
    if (body === null || stream.destroyed) return;
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(body === '' ? 'got' : body);
  }
}

/** Asks one request after the other on one connection. */
class Caller {
  answered = 0;
  readonly failures: string[] = [];
  readonly #session: ClientHttp2Session;
  readonly #body: string;
  #isStopping = false;
  readonly #done: Promise<void>;

  /** With a body it calls as clients of gRPC do, else it gets. */
  constructor(port: number, body: string) {
    this.#session = connect(`http://127.0.0.1:${port}`);
    this.#session.on('error', () => {});
    this.#body = body;
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#done;
    this.#session.destroy();
  }

  async #run(): Promise<void> {
    while (!this.#isStopping && this.failures.length < 5) {
      const found = await this.#ask().catch(String);
      if (found === `200 ${this.#body === '' ? 'got' : this.#body} 0`) this.answered++;
      else this.failures.push(found);
    }
  }

  async #ask(): Promise<string> {
    const method = this.#body === '' ? 'GET' : 'POST';
    const stream = this.#session.request({ ':authority': 'a.test', ':path': '/', ':method': method });
    let status: unknown;
    let result: unknown;
    stream.on('response', (headers) => {
      status = headers[':status'];
    });
    stream.on('trailers', (trailers) => {
      result = trailers['grpc-status'];
    });
    if (method === 'POST') stream.end(this.#body);
    const body = await text(stream);
    return `${status} ${body} ${result}`;
  }
}

test('replicas of an h2c upstream are replaced under load: no GET and no unary call fails', async (t) => {
  let replicas = [await Replica.start(), await Replica.start()];
  const ports = (): number[] => replicas.map(({ port }) => port);
  const proxy = await TestProxy.start({ endpoints: ports(), routes: [{ targets: [{ scheme: 'h2c' }] }] });
  const callers = Array.from({ length: 8 }, (_, index) => {
    return new Caller(proxy.port, index % 2 === 0 ? '' : `\0\0\0\0\x05call${index}`);
  });
  t.after(async () => {
    for (const caller of callers) await caller.stop();
    await proxy.close();
    for (const replica of replicas) await replica.end();
    assert.deepEqual(proxy.errors, []);
  });
  const failures = (): string[] => callers.flatMap((caller) => caller.failures);
  for (let restart = 0; restart < restarts; restart++) {
    const before = callers.map(({ answered }) => answered);
    const isServed = (): boolean =>
      callers.every(({ answered }, index) => answered >= (before[index] ?? 0) + leastBetween / 4);
    await until(() => isServed() || failures().length > 0, 'answers between restarts');
    const [old, ...others] = replicas;
    replicas = [...others, await Replica.start()];
    // Endpoints change a moment after the old one has begun to go, or before: both happen.
    const ending = restart % 2 === 0 ? old?.end() : undefined;
    proxy.setEndpoints('s', ports());
    await (ending ?? old?.end());
  }
  for (const caller of callers) await caller.stop();
  assert.deepEqual(failures(), []);
  const failed = proxy.outcomes.filter(({ reason }) => reason !== null);
  assert.deepEqual(
    failed.map(({ reason }) => reason),
    [],
  );
  t.diagnostic(
    `${proxy.outcomes.length} requests, ${proxy.outcomes.reduce((sum, { retries }) => sum + retries, 0)} retries`,
  );
});
