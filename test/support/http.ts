import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CleanUp } from './process.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A port of loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Starts an upstream that answers every request with its name; gives its port. */
export async function startUpstream(context: CleanUp, name: string): Promise<number> {
  const server = createServer((incoming, response) => {
    incoming.resume();
    response.end(`${name} ${incoming.method} ${incoming.url}`);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** Asks for a path of a host at a port of loopback. */
export function get(port: number, host: string, path = '/', agent?: Agent): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const options = { host: '127.0.0.1', port, path, headers: { Host: host }, agent: agent ?? false };
  const outgoing = request(options, (response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (chunk) => {
      body += chunk;
    });
    response.on('error', reject);
    response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
  });
  outgoing.setTimeout(10_000, () => outgoing.destroy(new Error('no answer for ten seconds')));
  outgoing.on('error', reject);
  outgoing.end();
  return promise;
}

/** Requests one after the other on a kept connection, until stopped. */
export class SteadyClient {
  answered = 0;
  readonly failures: string[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #done: Promise<void>;
  #stopping = false;

  constructor(port: number, host: string) {
    this.#done = this.#run(port, host);
  }

  /** Stops and gives every failure; none is what tests hope for. */
  async stop(): Promise<readonly string[]> {
    this.#stopping = true;
    await this.#done;
    this.#agent.destroy();
    return this.failures;
  }

  async #run(port: number, host: string): Promise<void> {
    while (!this.#stopping) {
      try {
        const { status } = await get(port, host, '/', this.#agent);
        if (status === 200) this.answered += 1;
        else this.failures.push(`status ${status}`);
      } catch (error) {
        this.failures.push(String(error));
      }
    }
  }
}
