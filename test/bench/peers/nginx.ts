import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from './peer.ts';
import { findSystemProgram, startSystemProgram } from './system-program.ts';

/**
 * nginx with a kept-alive upstream and larger buffers than its defaults: those make it write a request body of 16 KiB to a file, and
 * take twice the CPU time for large answers.
 */
export const nginx: Peer = {
  name: 'nginx',
  mostThreads: 256,
  find: () => findSystemProgram('nginx', ['-v']),
  start: async (setup) => {
    const { folder, port, origin, threads } = setup;
    const http = `
      upstream origin { server 127.0.0.1:${origin}; keepalive 256; keepalive_requests 1000000000; }
      server {
        listen 127.0.0.1:${port} backlog=4096${threads > 1 ? ' reuseport' : ''};
        location / {
          proxy_pass http://origin;
          proxy_http_version 1.1;
          proxy_buffer_size 16k;
          proxy_buffers 16 16k;
          proxy_set_header Connection "";
          proxy_set_header Host $host;
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          proxy_set_header X-Forwarded-Proto $scheme;
        }
      }`;
    return startSystemProgram(setup, 'nginx', writeNginxConfiguration(folder, http, threads));
  },
};

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
