import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, untilAnswering } from '../machine/answers.ts';
import { findProgram, type Program, type Programs } from '../machine/programs.ts';
import { writeNginxConfiguration } from '../peers/nginx.ts';

/** Where everything that is forwarded goes. */
export interface Origin {
  readonly port: number;
  /** For people. */
  readonly name: string;
}

/** What the origin answers GET with: path and bytes of the body. To a POST of /accept it answers `ok`. */
export const originFiles = { '/1k': 1024, '/64k': 65_536, '/10m': 10_485_760 } as const;
export const acceptPath = '/accept';

/** Starts the origin, the same for all proxies of a run: nginx with files, or where there is none a small server of our own. */
export async function startOrigin(
  programs: Programs,
  folder: string,
  cores: readonly number[],
): Promise<Origin> {
  const port = await freePort();
  const nginx = findProgram('nginx');
  const program: Program =
    nginx === null
      ? programs.start({ file: process.execPath, args: [ownServer(), String(port)], cores })
      : programs.start({ file: nginx, args: writeNginxOrigin(folder, port), cores });
  await untilAnswering(program, { port, path: '/1k', host: 'origin', bytes: originFiles['/1k'] });
  return { port, name: nginx === null ? 'node:http' : 'nginx' };
}

function ownServer(): string {
  return fileURLToPath(import.meta.resolve('./origin-server.ts'));
}

function writeNginxOrigin(folder: string, port: number): readonly string[] {
  const root = join(folder, 'files');
  mkdirSync(root);
  for (const [path, bytes] of Object.entries(originFiles)) writeFileSync(join(root, path), 'x'.repeat(bytes));
  const http = `
      open_file_cache max=10;
      server {
        listen 127.0.0.1:${port} backlog=4096;
        root ${root};
        location = ${acceptPath} { return 200 "ok"; }
      }`;
  return writeNginxConfiguration(folder, http, 1);
}
