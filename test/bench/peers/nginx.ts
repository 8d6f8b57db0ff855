import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer, Setup } from './peer.ts';
import { findSystemProgram, startSystemProgram } from './system-program.ts';

/**
 * nginx with a kept-alive upstream and larger buffers than its defaults: those make it write a request body of 16 KiB to a file, and
 * take twice the CPU time for large answers.
 */
export const nginx: Peer = {
  name: 'nginx',
  // Handing TLS on needs a module that is not in every package of nginx.
  clients: ['http', 'h2c', 'tls'],
  mostThreads: 256,
  find: () => findSystemProgram('nginx', ['-v']),
  start: async (setup) => {
    const { folder, port, origin, threads } = setup;
    const http = `
      upstream origin { server 127.0.0.1:${origin}; keepalive 256; keepalive_requests 1000000000; }
      server {
        listen 127.0.0.1:${port} backlog=4096${threads > 1 ? ' reuseport' : ''}${listenWords(setup)};
        ${certificateLines(setup)}
        location / {
          ${forwardLines(setup)}
        }
      }`;
    return startSystemProgram(setup, 'nginx', writeNginxConfiguration(folder, http, threads));
  },
};

/** In clear text a port of nginx speaks either HTTP/1.1 or HTTP/2. */
function listenWords({ client }: Setup): string {
  if (client === 'tls') return ' ssl http2';
  return client === 'h2c' ? ' http2' : '';
}

function certificateLines({ client, certificate }: Setup): string {
  if (client !== 'tls' || certificate === null) return '';
  const { certificateFile, keyFile } = certificate;
  return `ssl_certificate ${certificateFile}; ssl_certificate_key ${keyFile};
        ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:tls:10m;`;
}

function forwardLines({ upstream }: Setup): string {
  if (upstream === 'h2c') {
    return `grpc_pass grpc://origin;
          grpc_set_header Host $host;
          grpc_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          grpc_set_header X-Forwarded-Proto $scheme;`;
  }
  return `proxy_pass http://origin;
          proxy_http_version 1.1;
          proxy_buffer_size 16k;
          proxy_buffers 16 16k;
          proxy_set_header Connection "";
          proxy_set_header Host $host;
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          proxy_set_header X-Forwarded-Proto $scheme;`;
}

/** Writes an nginx configuration with everything in `folder`, and gives the arguments to start it with. */
export function writeNginxConfiguration(folder: string, http: string, workers: number): readonly string[] {
  const file = join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n      ');
  // As root, the workers would become a user that cannot read the folder.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  writeFileSync(
    file,
    `daemon off; ${user} worker_processes ${workers}; pid ${folder}/nginx.pid; error_log stderr error;
    worker_rlimit_nofile 65536;
    events { worker_connections 30000; }
    http {
      access_log off; keepalive_requests 1000000000; client_body_buffer_size 64k; types { } default_type text/plain;
      sendfile on; tcp_nopush on; tcp_nodelay on;
      ${temporary}
      ${http}
    }\n`,
  );
  return ['-c', file, '-e', 'stderr'];
}
