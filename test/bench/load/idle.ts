import { fileURLToPath } from 'node:url';
import type { Program } from '../machine/programs.ts';
import type { Target } from './load.ts';

/** Connections that are held open. */
export interface HeldConnections {
  /** How many got an answer and are open. */
  readonly count: number;
  readonly program: Program;
}

/** HTTP/1.1 in clear text or over TLS; HTTP/2 in clear text or over TLS. */
export type HeldProtocol = 'http' | 'tls' | 'h2c' | 'h2';

/** What is held. */
export interface Held {
  readonly protocol: HeldProtocol;
  readonly path: string;
  readonly connections: number;
}

const waitMs = 90_000;

/** Opens connections, has a request answered on each, and holds them without another word until the program is ended. */
export async function holdConnections(
  target: Target,
  { protocol, path, connections }: Held,
): Promise<HeldConnections> {
  const { programs, cores, port, host } = target;
  const client = fileURLToPath(import.meta.resolve('./idle-client.ts'));
  const args = [client, String(port), host, path, String(connections), protocol];
  const program = programs.start({ file: process.execPath, args, cores });
  const deadline = performance.now() + waitMs;
  while (!program.hasEnded() && performance.now() < deadline) {
    const held = /^holding (\d+)$/m.exec(program.said())?.[1];
    if (held !== undefined) return { count: Number(held), program };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await programs.end(program);
  throw new Error(`the connections could not be opened: ${program.said()}`);
}
