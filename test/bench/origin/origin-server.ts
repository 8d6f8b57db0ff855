// The origin where there is no nginx: `node origin-server.ts PORT`.
import { createServer } from 'node:http';
import { originFiles } from './origin.ts';

const [port = 0] = process.argv.slice(2).map(Number);
const bodies = new Map(Object.entries(originFiles).map(([path, bytes]) => [path, Buffer.alloc(bytes, 'x')]));
const ok = Buffer.from('ok');
const server = createServer({ keepAliveTimeout: 60_000 }, (request, answer) => {
  const body = bodies.get(request.url ?? '') ?? ok;
  request.resume();
  request.on('end', () => {
    answer.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length });
    answer.end(body);
  });
});
server.listen({ port, host: '127.0.0.1', backlog: 4096 });
