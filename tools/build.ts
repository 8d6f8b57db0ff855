// Compiles src/ to a clean dist/, which is what an installed fairlead and the image run. Where the commit is known, from
// --commit=HASH or from git, it stands in dist/commit, which "fairlead version" shows.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
rmSync(`${root}/dist`, { recursive: true, force: true });
const options = { cwd: root, stdio: 'inherit' } as const;
const compiler = [`${typescript}/bin/tsc`, '-p', 'tsconfig.build.json'];
const { status, error } = spawnSync(process.execPath, compiler, options);
if (error !== undefined) process.stderr.write(`the compiler could not be started: ${error.message}\n`);
process.exitCode = status ?? 1;

const commit =
  process.argv.find((argument) => argument.startsWith('--commit='))?.slice(9) ?? commitOfCheckout();
if (process.exitCode === 0 && /^[0-9a-f]{7,64}$/.test(commit))
  writeFileSync(`${root}/dist/commit`, `${commit}\n`);

/** Empty outside of a git checkout. */
function commitOfCheckout(): string {
  const { stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
  return (stdout ?? '').trim();
}
