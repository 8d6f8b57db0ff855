import { request } from 'node:http';

/** Times to the whole answer, in milliseconds; an answer that is none counts as `failed`. */
export interface Probed {
  readonly count: number;
  readonly failed: number;
  readonly p50: number | null;
  readonly max: number | null;
}

const everyMs = 100;
const longestMs = 2_000;

/** Asks for a page again and again, each time on a new connection, until the signal; one request at a time. */
export async function probe(port: number, path: string, signal: AbortSignal): Promise<Probed> {
  const times: number[] = [];
  let failed = 0;
  while (!signal.aborted) {
    const took = await ask(port, path);
    if (took === null) failed++;
    else times.push(took);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  times.sort((one, other) => one - other);
  const p50 = times[Math.floor(times.length / 2)] ?? null;
  return { count: times.length + failed, failed, p50, max: times.at(-1) ?? null };
}

function ask(port: number, path: string): Promise<number | null> {
  const begin = performance.now();
  return new Promise((resolve) => {
    const outgoing = request(
      { port, path, host: '127.0.0.1', agent: false, timeout: longestMs },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode === 200 ? performance.now() - begin : null));
        answer.on('error', () => resolve(null));
      },
    );
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => resolve(null));
    outgoing.end();
  });
}
