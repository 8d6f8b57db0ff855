import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, untilAnswering } from '../machine/answers.ts';
import { findProgram, type Program, type Programs } from '../machine/programs.ts';
import { writeNginxConfiguration } from '../peers/nginx.ts';
import { hostOf } from './objects.ts';

/** nginx with one worker and a server with so many names; null where it is not installed. */
export async function startNamedNginx(
  programs: Programs,
  folder: string,
  { names, origin, cores }: { names: number; origin: number; cores: readonly number[] },
): Promise<{ readonly program: Program; readonly port: number } | null> {
  const file = findProgram('nginx');
  if (file === null) return null;
  const port = await freePort();
  const own = join(folder, `nginx-${port}`);
  mkdirSync(own);
  const list = Array.from({ length: names }, (_, index) => hostOf(index)).join('\n          ');
  const http = `
      server_names_hash_max_size 1048576;
      server_names_hash_bucket_size 128;
      upstream origin { server 127.0.0.1:${origin}; keepalive 256; keepalive_requests 1000000000; }
      server { listen 127.0.0.1:${port} default_server backlog=4096; return 404; }
      server {
        listen 127.0.0.1:${port};
        server_name ${list};
        location / {
          proxy_pass http://origin;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_set_header Host $host;
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          proxy_set_header X-Forwarded-Proto $scheme;
        }
      }`;
  const program = programs.start({ file, args: writeNginxConfiguration(own, http, 1), cores });
  await untilAnswering(program, { port, path: '/1k', host: hostOf(0), bytes: 1024 });
  return { program, port };
}
