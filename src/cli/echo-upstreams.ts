import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { EndpointSlice } from '../api/kubernetes.ts';
import type { Log } from '../model/log.ts';

/** An EndpointSlice that carries it with the value `echo` asks `dev` to answer on its addresses. */
export const upstreamAnnotation = 'dev.fairlead.dev/upstream';
/** What such an upstream calls itself. */
export const upstreamNameAnnotation = 'dev.fairlead.dev/upstream-name';

/** Keeps a tiny echo server on each loopback address that the EndpointSlices ask for. */
export class EchoUpstreams {
  readonly #slices: () => readonly EndpointSlice[];
  readonly #log: Log;
  readonly #running = new Map<string, Server>();

  /** `slices` gives all EndpointSlices as they are now, with their annotations. */
  constructor(slices: () => readonly EndpointSlice[], log: Log) {
    this.#slices = slices;
    this.#log = log;
  }

  /** Opens what the slices ask for and closes what none asks for any more. */
  update(): void {
    const wanted = this.#wanted();
    for (const [key, server] of this.#running) {
      if (wanted.has(key)) continue;
      closeServer(server);
      this.#running.delete(key);
    }
    for (const [key, { host, port }] of wanted) {
      if (isLoopback(host)) {
        if (!this.#running.has(key)) this.#open(key, host, port);
      } else this.#log.warn({ address: host }, 'an example upstream can have a loopback address only');
    }
  }

  close(): void {
    for (const server of this.#running.values()) closeServer(server);
    this.#running.clear();
  }

  #wanted(): Map<string, { host: string; port: number; name: string }> {
    const wanted = new Map<string, { host: string; port: number; name: string }>();
    for (const slice of this.#slices()) {
      const annotations = slice.metadata.annotations ?? {};
      if (annotations[upstreamAnnotation] !== 'echo') continue;
      const name = annotations[upstreamNameAnnotation] ?? slice.metadata.name;
      for (const { host, port } of addressesOf(slice)) wanted.set(`${host} ${port}`, { host, port, name });
    }
    return wanted;
  }

  #open(key: string, host: string, port: number): void {
    const server = createServer({ keepAliveTimeout: 60_000 });
    // The name is looked up for each request: a change of an annotation alone is told by no watch of ours.
    server.on('request', (request, response) =>
      echo(this.#wanted().get(key)?.name ?? key, request, response),
    );
    server.on('error', (error) => {
      this.#log.warn(
        { address: `${host}:${port}`, reason: error.message },
        'an example upstream could not be started',
      );
      this.#running.delete(key);
    });
    server.listen(port, host);
    this.#running.set(key, server);
  }
}

/** Answers with its name and the request as it arrived. */
function echo(name: string, request: IncomingMessage, response: ServerResponse): void {
  const lines = [name, '', `${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    lines.push(`${request.rawHeaders[index]}: ${request.rawHeaders[index + 1]}`);
  }
  request.resume();
  request.on('end', () => {
    const body = `${lines.join('\n')}\n`;
    response.writeHead(200, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(body);
  });
}

function addressesOf(slice: EndpointSlice): { host: string; port: number }[] {
  const found: { host: string; port: number }[] = [];
  for (const { addresses = [] } of slice.endpoints ?? []) {
    for (const host of addresses) {
      for (const { port } of slice.ports ?? []) {
        if (port !== undefined) found.push({ host, port });
      }
    }
  }
  return found;
}

function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.');
}

function closeServer(server: Server): void {
  server.close();
  server.closeAllConnections();
}
