import { spawn } from 'node:child_process';

/** One check of the gate that is a command: it passes if the command exits with 0. */
export interface Step {
  readonly name: string;
  /** Run through `node`, so that the pinned one runs it. */
  readonly command: readonly [string, ...string[]];
}

export const steps: readonly Step[] = [
  {
    name: 'format and lint',
    command: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  },
  { name: 'types', command: ['node_modules/typescript/bin/tsc', '--noEmit'] },
  { name: 'unused code', command: ['node_modules/knip/bin/knip.js', '--no-progress'] },
  { name: 'generated files', command: ['tools/generate.ts', '--check'] },
];

/** Runs one step, prints one line, and the command's output where it failed. */
export async function runStep(step: Step): Promise<boolean> {
  const startedAt = performance.now();
  const { code, output } = await run(step.command);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${code === 0 ? '✔' : '✖'} ${step.name} (${seconds} s)`);
  if (code !== 0) console.log(output);
  return code === 0;
}

function run(command: readonly string[]): Promise<{ code: number; output: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number; output: string }>();
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  child.on('error', (error) => resolve({ code: 1, output: String(error) }));
  child.on('close', (code) => resolve({ code: code ?? 1, output }));
  return promise;
}
