import { holdConnections } from '../load/idle.ts';
import type { Target } from '../load/load.ts';
import type { Program } from '../machine/programs.ts';
import { cpuTime, residentBytes } from '../machine/usage.ts';
import type { IdleCase, LoadCase } from './cases.ts';
import type { IdleTurn, LoadTurn } from './figures.ts';

/** One turn of a proxy under load. */
export async function loadTurn(program: Program, { generate }: LoadCase, target: Target): Promise<LoadTurn> {
  const before = cpuTime(program.pid);
  const { requests, seconds, p50, p99, errors } = await generate(target);
  const after = cpuTime(program.pid);
  if (program.hasEnded()) throw new Error(`ended under load. It said: ${program.said()}`);
  if (requests === 0) throw new Error('answered no request');
  const system = after.system - before.system;
  const cpu = after.user - before.user + system;
  return {
    kind: 'load',
    requests,
    requestsPerSecond: requests / seconds,
    cpuPerRequest: cpu / requests,
    systemPerRequest: system / requests,
    busy: cpu / 1e6 / seconds,
    p50,
    p99,
    residentBytes: residentBytes(program.pid),
    errors,
  };
}

/** Time for a proxy to come to rest, in milliseconds. */
const restMs = 1000;

/** One turn of a proxy that was just started and is warm: what the held connections add to its resident memory. */
export async function idleTurn(
  program: Program,
  { path, connections, held: protocol }: IdleCase,
  target: Target,
): Promise<IdleTurn> {
  await new Promise((resolve) => setTimeout(resolve, restMs));
  const residentBefore = residentBytes(program.pid);
  const held = await holdConnections(target, { protocol, path, connections });
  await new Promise((resolve) => setTimeout(resolve, restMs));
  const resident = residentBytes(program.pid);
  await target.programs.end(held.program);
  if (held.count === 0) throw new Error('held no connection');
  return {
    kind: 'idle',
    connections: held.count,
    residentBefore,
    residentBytes: resident,
    bytesPerConnection: (resident - residentBefore) / held.count,
  };
}
