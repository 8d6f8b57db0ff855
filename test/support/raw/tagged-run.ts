import { type LoadResult, noResult, TaggedClient } from './tagged-load.ts';
import { randomFrom, TaggedUpstream } from './tagged-upstream.ts';
import { TestProxy } from './test-proxy.ts';
import { until } from './until.ts';

const clients = 16;

/** Runs so many tagged requests through a proxy of its own, before two upstreams, and ends all of it. */
export async function runTagged(requests: number, seed: number): Promise<LoadResult> {
  const upstreams = await Promise.all(
    [1, 2].map((number) => TaggedUpstream.start(randomFrom(seed + number))),
  );
  const proxy = await TestProxy.start({
    endpoints: upstreams.map(({ port }) => port),
    keepsOutcomes: false,
  });
  try {
    const running = Array.from({ length: clients }, (_, index) => {
      const share = Math.floor(requests / clients) + (index < requests % clients ? 1 : 0);
      return new TaggedClient(proxy.port, `${seed}c${index}`, randomFrom(seed * 7 + index)).run(share);
    });
    const sum = noResult();
    for (const result of await Promise.all(running)) add(sum, result);
    await until(() => proxy.proxy.inFlight === 0, 'nothing in flight');
    sum.wrong.push(...upstreams.flatMap(({ faults }) => faults.slice(0, 20)));
    sum.wrong.push(...proxy.errors.slice(0, 20).map((error) => JSON.stringify(error)));
    return sum;
  } finally {
    await proxy.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  }
}

/** Adds one result to another. */
export function add(sum: LoadResult, result: LoadResult): void {
  for (const key of ['answered', 'tunnels', 'refused', 'aborted', 'cut', 'crossed'] as const)
    sum[key] += result[key];
  sum.wrong.push(...result.wrong);
}
