import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../raw/until.ts';

/** Why tests that need openssl are skipped; false where it is there. */
export const noOpenssl: false | string =
  spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not installed';

/** What `openssl s_client` prints with some arguments, sending `input` once the handshake is done. */
export async function openssl(port: number, args: readonly string[], input = ''): Promise<string> {
  const child: ChildProcess = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...args]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (bytes: Buffer) => {
      output += bytes.toString('latin1');
    });
  }
  let isOver = false;
  child.on('exit', () => {
    isOver = true;
  });
  try {
    child.stdin?.on('error', () => {});
    child.stdin?.write(input);
    await until(() => isOver || /HTTP\/1\.1 \d+[\s\S]*\r\n\r\n/.test(output), 'an answer to openssl');
  } finally {
    child.kill('SIGKILL');
    if (!isOver) await once(child, 'exit');
  }
  return output;
}
