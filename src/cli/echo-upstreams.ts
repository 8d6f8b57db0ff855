import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { EndpointSlice } from '../api/kubernetes.ts';
import type { Log } from '../model/log.ts';
import { openGrpcHealth } from './grpc-health.ts';
import { type Echo, type EchoPlace, openTcpEcho, openUdpEcho } from './stream-echoes.ts';

/**
 * An EndpointSlice that carries it asks `dev` to answer on its addresses: `echo` in HTTP, `echo-tcp` or `echo-udp` without,
 * `grpc-health` to the health checks of gRPC.
 */
export const upstreamAnnotation = 'dev.fairlead.dev/upstream';
/** What such an upstream calls itself. */
export const upstreamNameAnnotation = 'dev.fairlead.dev/upstream-name';

/** What opens an example upstream, by the value of the annotation. */
const openers: Readonly<Record<string, (place: EchoPlace) => Echo>> = Object.freeze({
  echo: openHttpEcho,
  'echo-tcp': openTcpEcho,
  'echo-udp': openUdpEcho,
  'grpc-health': openGrpcHealth,
});

interface Wanted {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  /** One of `openers`. */
  readonly what: string;
}

/** Keeps a tiny echo server on each loopback address that the EndpointSlices ask for. */
export class EchoUpstreams {
  readonly #slices: () => readonly EndpointSlice[];
  readonly #log: Log;
  readonly #running = new Map<string, Echo>();

  /** `slices` gives all EndpointSlices as they are now, with their annotations. */
  constructor(slices: () => readonly EndpointSlice[], log: Log) {
    this.#slices = slices;
    this.#log = log;
  }

  /** Opens what the slices ask for and closes what none asks for any more. */
  update(): void {
    const wanted = this.#wanted();
    for (const [key, running] of this.#running) {
      if (wanted.has(key)) continue;
      running.close();
      this.#running.delete(key);
    }
    for (const [key, one] of wanted) {
      const { host } = one;
      if (isLoopback(host)) {
        if (!this.#running.has(key)) this.#open(key, one);
      } else this.#log.warn({ address: host }, 'an example upstream can have a loopback address only');
    }
  }

  close(): void {
    for (const running of this.#running.values()) running.close();
    this.#running.clear();
  }

  #wanted(): Map<string, Wanted> {
    const wanted = new Map<string, Wanted>();
    for (const slice of this.#slices()) {
      const annotations = slice.metadata.annotations ?? {};
      const what = annotations[upstreamAnnotation] ?? '';
      if (!Object.hasOwn(openers, what)) continue;
      const name = annotations[upstreamNameAnnotation] ?? slice.metadata.name;
      for (const { host, port } of addressesOf(slice)) {
        wanted.set(`${what} ${host} ${port}`, { host, port, name, what });
      }
    }
    return wanted;
  }

  #open(key: string, { host, port, what }: Wanted): void {
    const running = openers[what]?.({
      host,
      port,
      // Looked up each time: a change of an annotation alone is told by no watch of ours.
      nameNow: () => this.#wanted().get(key)?.name ?? key,
      onError: (error) => {
        this.#log.warn(
          { address: `${host}:${port}`, reason: error.message },
          'an example upstream could not be started',
        );
        this.#running.delete(key);
      },
    });
    if (running !== undefined) this.#running.set(key, running);
  }
}

function openHttpEcho({ host, port, nameNow, onError }: EchoPlace): Echo {
  const server = createServer({ keepAliveTimeout: 60_000 });
  server.on('request', (request, response) => echo(nameNow(), request, response));
  server.on('error', onError);
  server.listen(port, host);
  return {
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
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
