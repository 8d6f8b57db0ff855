import { request } from 'node:http';
import { createServer } from 'node:net';
import type { Program } from './programs.ts';

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** What a first request must look like. */
export interface Probe {
  readonly port: number;
  readonly path: string;
  readonly host: string;
  /** Bytes of the body that must come. */
  readonly bytes: number;
}

const waitMs = 20_000;

/** Waits until a program answers with 200 and the whole body. Rejects where it ends before, or within 20 s does not. */
export async function untilAnswering(program: Program, probe: Probe): Promise<void> {
  const deadline = performance.now() + waitMs;
  let last = 'nothing listens';
  while (!program.hasEnded() && performance.now() < deadline) {
    last = await answerOf(probe);
    if (last === `200 with ${probe.bytes} bytes`) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`does not answer as it should (last: ${last}). It said: ${program.said() || 'nothing'}`);
}

function answerOf({ port, path, host }: Probe): Promise<string> {
  return new Promise((resolve) => {
    const options = { port, path, host: '127.0.0.1', headers: { host }, agent: false, timeout: 2000 };
    const outgoing = request(options, (answer) => {
      let bytes = 0;
      answer.on('data', (piece: Buffer) => {
        bytes += piece.length;
      });
      answer.on('end', () => resolve(`${answer.statusCode} with ${bytes} bytes`));
      answer.on('error', (error) => resolve(error.message));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', (error) => resolve(error.message));
    outgoing.end();
  });
}
