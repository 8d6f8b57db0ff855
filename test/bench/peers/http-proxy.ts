import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Found, Peer } from './peer.ts';

/** `http-proxy` from npm, as its own documentation shows it, with a keep-alive agent. */
export const httpProxy: Peer = {
  name: 'http-proxy',
  clients: ['http'],
  mostThreads: 1,
  find: findHttpProxy,
  start: async ({ programs, port, origin, cores, nodeOptions }) => {
    const server = fileURLToPath(import.meta.resolve('./http-proxy-server.ts'));
    const args = [...nodeOptions, server, String(port), String(origin)];
    const program = programs.start({ file: process.execPath, args, cores });
    return { program, end: () => programs.end(program) };
  },
};

function findHttpProxy(): Found {
  try {
    const { version } = createRequire(import.meta.url)('http-proxy/package.json') as { version: string };
    return { ok: true, version };
  } catch {
    return { ok: false, reason: 'the package http-proxy is not installed (npm ci installs it)' };
  }
}
