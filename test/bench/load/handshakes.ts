import { fileURLToPath } from 'node:url';
import type { Generator, LoadResult } from './load.ts';

/** Makes a generator of full TLS handshakes, `atOnce` at a time: no session is taken up again, no request follows. */
export function handshakes(atOnce: number): Generator {
  return async ({ programs, cores, port, host, seconds }) => {
    const client = fileURLToPath(import.meta.resolve('./handshake-client.ts'));
    const args = [client, String(port), host, String(atOnce), String(seconds)];
    const output = await programs.run({ file: process.execPath, args, cores }, seconds + 20);
    const line = /^result (\{.*\})$/m.exec(output)?.[1];
    if (line === undefined) throw new Error(`the handshakes had no result: ${output}`);
    return JSON.parse(line) as LoadResult;
  };
}
