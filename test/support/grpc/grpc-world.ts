import { readFileSync } from 'node:fs';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { TestContext } from 'node:test';
import { type RunningFairlead, startFairlead } from '../fairlead.ts';
import { endpoints, service } from '../objects.ts';
import { EchoClient } from './echo-client.ts';
import { type EchoServer, startEchoServer } from './echo-server.ts';

/** How a client may come: HTTP/2 in clear text, which it begins without asking, or over TLS. */
export const ways = ['h2c', 'tls'] as const;
export type Way = (typeof ways)[number];

/** All of Fairlead with gRPC servers behind it, which are spoken to in clear text. */
export interface GrpcWorld {
  readonly fairlead: RunningFairlead;
  readonly servers: readonly EchoServer[];
  /** A client with one connection of its own. */
  client(context: TestContext, way: Way): EchoClient;
  /** A connection of HTTP/2, for calls by hand. */
  session(context: TestContext, way: Way): ClientHttp2Session;
  hostOf(way: Way): string;
}

const hosts = { h2c: 'clear.example', tls: 'grpc.example' };

/** Starts everything with `count` endpoints of one Service; all ends with the test. */
export async function startGrpcWorld(context: TestContext, count: number): Promise<GrpcWorld> {
  const names = Array.from({ length: count }, (_, index) => `server ${index}`);
  const servers = await Promise.all(names.map((name) => startEchoServer(context, name)));
  const objects = [
    service('echo'),
    ...endpoints(
      'echo',
      servers.map(({ port }) => port),
    ),
    secret(),
    route('clear', hosts.h2c),
    route('secured', hosts.tls, { tls: { secretName: 'grpc' } }),
  ];
  const fairlead = await startFairlead(context, { objects });
  const authority = readFileSync(certificateFile);
  const client = (each: TestContext, way: Way): EchoClient =>
    new EchoClient(each, {
      port: fairlead.port,
      host: hosts[way],
      authority: way === 'tls' ? authority : null,
    });
  const session = (each: TestContext, way: Way): ClientHttp2Session => {
    const connected =
      way === 'tls'
        ? connect(`https://127.0.0.1:${fairlead.port}`, { ca: authority, servername: hosts.tls })
        : connect(`http://127.0.0.1:${fairlead.port}`);
    connected.on('error', () => {});
    each.after(() => connected.destroy());
    return connected;
  };
  return { fairlead, servers, client, session, hostOf: (way) => hosts[way] };
}

function route(name: string, host: string, more: object = {}): object {
  const routes = [{ match: `Host(\`${host}\`)`, services: [{ name: 'echo', port: 80, scheme: 'h2c' }] }];
  return {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'IngressRoute',
    metadata: { name, namespace: 'default' },
    spec: { routes, ...more },
  };
}

/** A certificate for `grpc.example` that has signed itself; for tests only. */
const certificateFile = new URL('certificate.pem', import.meta.url);
const keyFile = new URL('key.pem', import.meta.url);

function secret(): object {
  const data = {
    'tls.crt': readFileSync(certificateFile, 'base64'),
    'tls.key': readFileSync(keyFile, 'base64'),
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'grpc', namespace: 'default' },
    type: 'kubernetes.io/tls',
    data,
  };
}

/** A call by hand: unlike that of a gRPC library, it reads nothing until it is told to. */
export function rawCall(
  session: ClientHttp2Session,
  authority: string,
  { method, message }: { readonly method: string; readonly message: Buffer },
): ClientHttp2Stream {
  const head = { ':method': 'POST', ':path': `/test.Echo/${method}`, ':authority': authority };
  const call = session.request({ ...head, 'content-type': 'application/grpc', te: 'trailers' });
  call.on('error', () => {});
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  call.end(Buffer.concat([frame, message]));
  return call;
}
