import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer, Setup } from './peer.ts';
import { findSystemProgram, startSystemProgram } from './system-program.ts';

/** Caddy without its admin port; `GOMAXPROCS` is its number of threads. */
export const caddy: Peer = {
  name: 'caddy',
  clients: ['http', 'h2c', 'tls'],
  mostThreads: 256,
  find: () => findSystemProgram('caddy', ['version']),
  start: async (setup) => {
    const { folder, origin, threads, upstream } = setup;
    const file = join(folder, 'Caddyfile');
    writeFileSync(
      file,
      `{
  admin off
  auto_https off
  servers {
    protocols h1 h2 h2c
  }
  log {
    level ERROR
  }
}

${site(setup)}
  bind 127.0.0.1
  reverse_proxy ${upstream === 'h2c' ? 'h2c://' : ''}127.0.0.1:${origin} {
    transport http {${upstream === 'h2c' ? '\n      versions h2c' : ''}
      keepalive_idle_conns_per_host 256
    }
  }
}
`,
    );
    return startSystemProgram(setup, 'caddy', ['run', '--adapter', 'caddyfile', '--config', file], {
      GOMAXPROCS: String(threads),
      XDG_DATA_HOME: folder,
      XDG_CONFIG_HOME: folder,
    });
  },
};

/** The address of the site, with the brace that opens it, and its certificate. */
function site({ port, host, client, certificate }: Setup): string {
  if (client !== 'tls' || certificate === null) return `http://:${port} {`;
  return `https://${host}:${port} {
  tls ${certificate.certificateFile} ${certificate.keyFile}`;
}
