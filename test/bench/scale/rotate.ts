import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program, Programs } from '../machine/programs.ts';
import { cpuTime } from '../machine/usage.ts';

export interface RotateSetup {
  readonly programs: Programs;
  readonly folder: string;
  /** Of the load generator. */
  readonly cores: readonly number[];
  readonly seconds: number;
}

/** CPU time of one request in microseconds, with one host and with all in turn. */
export interface RotateFigures {
  readonly oneHost: number;
  readonly allHosts: number;
}

const rounds = 3;
const warmUpPerSecond = 12_000;

/** Medians of a few rounds, in turns. */
export async function measureRotating(
  setup: RotateSetup,
  proxy: { readonly program: Program; readonly port: number },
  hosts: number,
): Promise<RotateFigures> {
  const one: number[] = [];
  const all: number[] = [];
  const seconds = Math.max(1, Math.round(setup.seconds / rounds));
  // The first request on a route begins the rows of its metrics: a cost of each route, and not of each request.
  await load(setup, proxy, hosts, Math.max(2, Math.ceil(hosts / warmUpPerSecond)));
  for (let round = 0; round < rounds; round++) {
    one.push(await load(setup, proxy, 1, seconds));
    all.push(await load(setup, proxy, hosts, seconds));
  }
  const middle = (figures: number[]): number => figures.sort((left, right) => left - right)[rounds >> 1] ?? 0;
  return { oneHost: middle(one), allHosts: middle(all) };
}

async function load(
  { programs, folder, cores }: RotateSetup,
  { program, port }: { readonly program: Program; readonly port: number },
  hosts: number,
  seconds: number,
): Promise<number> {
  const script = join(folder, 'rotate.lua');
  writeFileSync(script, scriptFor(hosts));
  const before = cpuTime(program.pid);
  const args = ['-t1', '-c64', `-d${seconds}s`, '-s', script, `http://127.0.0.1:${port}/1k`];
  const output = await programs.run({ file: 'wrk', args, cores }, seconds + 20);
  const after = cpuTime(program.pid);
  const [, requests = '0', errors = '0'] = /^result (\d+) (\d+)$/m.exec(output) ?? [];
  if (Number(requests) === 0 || Number(errors) > 0) {
    throw new Error(`${errors} of ${requests} requests were not answered with 200: ${output}`);
  }
  return (after.user + after.system - before.user - before.system) / Number(requests);
}

/** A stride that is no factor of the number of hosts visits all of them, in an order that no cache likes. */
function scriptFor(hosts: number): string {
  return `local i = 0
request = function()
  i = (i + 7919) % ${hosts}
  return "GET /1k HTTP/1.1\\r\\nHost: host-" .. i .. ".example.com\\r\\n\\r\\n"
end
done = function(summary)
  local e = summary.errors
  print(string.format("result %d %d", summary.requests, e.connect + e.read + e.write + e.status + e.timeout))
end
`;
}
