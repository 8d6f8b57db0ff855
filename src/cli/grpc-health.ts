import {
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Echo, EchoPlace } from './stream-echoes.ts';

/** The health service that every gRPC server may have: https://grpc.io/docs/guides/health-checking/. */
const checkPath = '/grpc.health.v1.Health/Check';
/** A `HealthCheckResponse` with `status: SERVING` in a frame: not compressed, two bytes, field 1 is 1. */
const servingFrame = '00000000020801';
const statusUnimplemented = '12';
const mostRequestBytes = 65_536;

/** Answers gRPC health checks over HTTP/2 in clear text, with its name as metadata `upstream`; other calls are not implemented. */
export function openGrpcHealth({ host, port, nameNow, onError }: EchoPlace): Echo {
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => session.destroy());
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => {});
    let bytes = 0;
    stream.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > mostRequestBytes) stream.close();
    });
    stream.on('end', () => answer(stream, headers[':path'] ?? '', nameNow()));
  });
  server.on('error', onError);
  server.listen(port, host);
  return {
    close: () => {
      server.close();
      for (const session of sessions) session.destroy();
    },
  };
}

function answer(stream: ServerHttp2Stream, path: string, name: string): void {
  if (stream.closed || stream.destroyed) return;
  const head = { ':status': 200, 'content-type': 'application/grpc', upstream: encodeURIComponent(name) };
  if (path !== checkPath) {
    stream.respond({ ...head, 'grpc-status': statusUnimplemented }, { endStream: true });
    return;
  }
  stream.respond(head, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.from(servingFrame, 'hex'));
}
