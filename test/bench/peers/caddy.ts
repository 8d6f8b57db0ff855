import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from './peer.ts';
import { findSystemProgram, startSystemProgram } from './system-program.ts';

/** Caddy without its admin port; `GOMAXPROCS` is its number of threads. */
export const caddy: Peer = {
  name: 'caddy',
  mostThreads: 256,
  find: () => findSystemProgram('caddy', ['version']),
  start: async (setup) => {
    const { folder, port, origin, threads } = setup;
    const file = join(folder, 'Caddyfile');
    writeFileSync(
      file,
      `{
  admin off
  auto_https off
  log {
    level ERROR
  }
}

http://:${port} {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:${origin} {
    transport http {
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
