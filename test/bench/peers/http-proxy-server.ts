// One thread of http-proxy: `node http-proxy-server.ts LISTEN_PORT ORIGIN_PORT`.
import { Agent, createServer } from 'node:http';
import httpProxy from 'http-proxy';

const [port = 0, origin = 0] = process.argv.slice(2).map(Number);
const proxy = httpProxy.createProxyServer({
  target: { host: '127.0.0.1', port: origin },
  agent: new Agent({ keepAlive: true, maxFreeSockets: 256 }),
  xfwd: true,
});
proxy.on('error', (_error, _request, answer) => answer.destroy());
const server = createServer({ keepAliveTimeout: 60_000 }, (request, answer) => proxy.web(request, answer));
server.listen({ port, host: '127.0.0.1', backlog: 4096 });
