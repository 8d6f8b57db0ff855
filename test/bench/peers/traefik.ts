import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from './peer.ts';
import { findSystemProgram, startSystemProgram } from './system-program.ts';

/** Traefik v3 with one router from a file; `GOMAXPROCS` is its number of threads. */
export const traefik: Peer = {
  name: 'traefik',
  clients: ['http'],
  mostThreads: 256,
  find: () => findSystemProgram('traefik', ['version']),
  start: async (setup) => {
    const { folder, port, origin, host, threads } = setup;
    const file = join(folder, 'routes.yml');
    writeFileSync(
      file,
      `http:
  routers:
    bench:
      rule: "Host(\`${host}\`) && PathPrefix(\`/\`)"
      service: origin
  services:
    origin:
      loadBalancer:
        servers:
          - url: "http://127.0.0.1:${origin}"
`,
    );
    const args = [
      `--entryPoints.web.address=127.0.0.1:${port}`,
      '--entryPoints.web.transport.lifeCycle.graceTimeOut=1s',
      `--providers.file.filename=${file}`,
      '--serversTransport.maxIdleConnsPerHost=256',
      '--global.checkNewVersion=false',
      '--global.sendAnonymousUsage=false',
      '--log.level=ERROR',
    ];
    return startSystemProgram(setup, 'traefik', args, { GOMAXPROCS: String(threads) });
  },
};
