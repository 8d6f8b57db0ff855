import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of a process and all that it started, in microseconds. */
export interface CpuTime {
  readonly user: number;
  readonly system: number;
}

/** A process and its descendants, by id. Empty where it has ended. */
export function processTree(pid: number): readonly number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
    );
    return [pid, ...children.flatMap((child) => processTree(Number(child)))];
  } catch {
    return [];
  }
}

/** Reads how much CPU a tree of processes has used: fields `utime` and `stime` of /proc/PID/stat (proc(5)), threads included. */
export function cpuTime(pid: number): CpuTime {
  const microseconds = 1e6 / ticksPerSecond();
  let user = 0;
  let system = 0;
  for (const each of processTree(pid)) {
    // The second field, the name in brackets, may itself hold spaces and brackets.
    const stat = readFileSync(`/proc/${each}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
    user += Number(fields[11]) * microseconds;
    system += Number(fields[12]) * microseconds;
  }
  return { user, system };
}

/** Resident memory of a tree of processes, in bytes: `VmRSS` of each, so pages that they share count more than once. */
export function residentBytes(pid: number): number {
  let kilobytes = 0;
  for (const each of processTree(pid)) {
    kilobytes += Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${each}/status`, 'utf8'))?.[1] ?? 0);
  }
  return kilobytes * 1024;
}

function ticksPerSecond(): number {
  return Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
}

/** Waits until a process uses less than a twentieth of a core, at most so many seconds. */
export async function untilIdle(pid: number, seconds: number): Promise<void> {
  let before = cpuTime(pid);
  for (let second = 0; second < seconds; second++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const now = cpuTime(pid);
    if (now.user + now.system - before.user - before.system < 50_000) return;
    before = now;
  }
}
