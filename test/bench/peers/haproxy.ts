import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer, Setup } from './peer.ts';
import { findSystemProgram, startSystemProgram } from './system-program.ts';

/** HAProxy, reusing upstream connections for any client. */
export const haproxy: Peer = {
  name: 'haproxy',
  clients: ['http', 'h2c', 'tls', 'passthrough'],
  mostThreads: 64,
  find: () => findSystemProgram('haproxy', ['-v']),
  start: async (setup) => {
    const { folder, threads } = setup;
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(
      file,
      `global
  nbthread ${threads}
  maxconn 15000
  no strict-limits

defaults
  timeout connect 5s
  timeout client 60s
  timeout server 60s

${setup.client === 'passthrough' ? passthrough(setup) : http(setup)}
`,
    );
    return startSystemProgram(setup, 'haproxy', ['-db', '-q', '-f', file]);
  },
};

function http({ port, origin, client, upstream, certificate }: Setup): string {
  const tls =
    client === 'tls' && certificate !== null ? ` ssl crt ${certificate.bundleFile} alpn h2,http/1.1` : '';
  return `frontend web
  mode http
  option forwardfor
  bind 127.0.0.1:${port} backlog 4096${tls}
  http-request set-header X-Forwarded-Proto ${tls === '' ? 'http' : 'https'}
  default_backend origin

backend origin
  mode http
  http-reuse always
  server origin 127.0.0.1:${origin}${upstream === 'h2c' ? ' proto h2' : ''}`;
}

function passthrough({ port, origin, host }: Setup): string {
  return `frontend tls
  mode tcp
  bind 127.0.0.1:${port} backlog 4096
  tcp-request inspect-delay 5s
  tcp-request content accept if { req_ssl_hello_type 1 }
  use_backend origin if { req_ssl_sni -i ${host} }

backend origin
  mode tcp
  server origin 127.0.0.1:${origin}`;
}
