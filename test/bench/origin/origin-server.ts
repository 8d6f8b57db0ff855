// The origin where there is no nginx: `node origin-server.ts PORT H2C_PORT [TLS_PORT CERTIFICATE_FILE KEY_FILE]`.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { grpcMessage, grpcPath, originFiles } from './origin.ts';

const [port = '', h2cPort = '', tlsPort, certificateFile = '', keyFile = ''] = process.argv.slice(2);
const bodies = new Map(Object.entries(originFiles).map(([path, bytes]) => [path, Buffer.alloc(bytes, 'x')]));
const ok = Buffer.from('ok');
const message = grpcMessage();

const answer = (request: IncomingMessage, response: ServerResponse): void => {
  const body = bodies.get(request.url ?? '') ?? ok;
  request.resume();
  request.on('end', () => {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length });
    response.end(body);
  });
};

function answerCall(stream: ServerHttp2Stream): void {
  stream.resume();
  stream.on('end', () => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(message);
  });
}

const listening = (digits: string) => ({ port: Number(digits), host: '127.0.0.1', backlog: 4096 });
createServer({ keepAliveTimeout: 60_000 }, answer).listen(listening(port));
createHttp2Server()
  .on('stream', (stream: ServerHttp2Stream, { ':path': path = '' }: IncomingHttpHeaders) => {
    stream.on('error', () => {});
    if (path === grpcPath) return answerCall(stream);
    const body = bodies.get(path) ?? ok;
    stream.respond({ ':status': 200, 'content-type': 'text/plain', 'content-length': body.length });
    stream.end(body);
  })
  .listen(listening(h2cPort));
if (tlsPort !== undefined) {
  const pair = { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
  createHttpsServer({ ...pair, keepAliveTimeout: 60_000 }, answer).listen(listening(tlsPort));
}
