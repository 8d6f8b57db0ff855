import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../machine/answers.ts';
import type { Program, Programs } from '../machine/programs.ts';
import { cpuTime, residentBytes } from '../machine/usage.ts';

export interface ProductSetup {
  readonly programs: Programs;
  readonly folder: string;
  readonly kubeconfig: string;
  readonly workers: number;
  readonly cores: readonly number[];
  readonly profiles: string | null;
}

/** A running `fairlead run`. */
export interface Product {
  readonly program: Program;
  readonly port: number;
  readonly metricsPort: number;
}

/** What the way to readiness took. */
export interface FirstSync {
  /** From the start of the process to the first yes of /readyz. */
  readonly readyMs: number;
  /** User and system time until then. */
  readonly cpuMs: number;
  /** When it was ready, and a few seconds later, in MiB. */
  readonly residentReadyMiB: number;
  readonly residentLaterMiB: number;
}

const readyWithinMs = 120_000;
const settleMs = 3_000;

/** Starts the command and waits until it is ready. */
export async function startProduct(setup: ProductSetup): Promise<{ product: Product; sync: FirstSync }> {
  const { programs, folder, kubeconfig, workers, cores, profiles } = setup;
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, kubeconfig);
  const [port, metricsPort] = [await freePort(), await freePort()];
  if (profiles !== null) mkdirSync(profiles, { recursive: true });
  const command = fileURLToPath(new URL('../../../bin/fairlead.js', import.meta.url));
  const begin = performance.now();
  const program = programs.start({
    file: process.execPath,
    args: [
      ...(profiles === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]),
      ...[command, 'run', `--kubeconfig=${file}`, `--entrypoint=web=127.0.0.1:${port}`],
      ...[`--workers=${workers}`, '--access-log=off', `--metrics=127.0.0.1:${metricsPort}`],
      ...[`--admin=127.0.0.1:${await freePort()}`, '--drain=0', '--grace=1', '--log-level=error'],
    ],
    cores,
    env: { NODE_ENV: 'production' },
  });
  await untilReady(program, metricsPort);
  const readyMs = performance.now() - begin;
  const { user, system } = cpuTime(program.pid);
  const residentReadyMiB = residentBytes(program.pid) / 2 ** 20;
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const residentLaterMiB = residentBytes(program.pid) / 2 ** 20;
  const sync = { readyMs, cpuMs: (user + system) / 1000, residentReadyMiB, residentLaterMiB };
  return { product: { program, port, metricsPort }, sync };
}

async function untilReady(program: Program, port: number): Promise<void> {
  const deadline = performance.now() + readyWithinMs;
  while (!program.hasEnded() && performance.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not ready in ${readyWithinMs} ms. It said: ${program.said() || 'nothing'}`);
}

/** Lines of /metrics that begin with a name. */
export async function metricLines(product: Product, name: string): Promise<readonly string[]> {
  const answer = await fetch(`http://127.0.0.1:${product.metricsPort}/metrics`);
  return (await answer.text()).split('\n').filter((line) => line.startsWith(name));
}

/** The value of the first line of /metrics that begins with a text; 0 where there is none. */
export function valueIn(lines: readonly string[], start: string): number {
  const line = lines.find((each) => each.startsWith(start));
  return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1));
}
