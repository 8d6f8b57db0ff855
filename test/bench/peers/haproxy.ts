import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from './peer.ts';
import { findSystemProgram, startSystemProgram } from './system-program.ts';

/** HAProxy, reusing upstream connections for any client. */
export const haproxy: Peer = {
  name: 'haproxy',
  mostThreads: 64,
  find: () => findSystemProgram('haproxy', ['-v']),
  start: async (setup) => {
    const { folder, port, origin, threads } = setup;
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(
      file,
      `global
  nbthread ${threads}
  maxconn 15000
  no strict-limits

defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
  option forwardfor

frontend web
  bind 127.0.0.1:${port} backlog 4096
  http-request set-header X-Forwarded-Proto http
  default_backend origin

backend origin
  server origin 127.0.0.1:${origin}
`,
    );
    return startSystemProgram(setup, 'haproxy', ['-db', '-q', '-f', file]);
  },
};
