// Writes every file that has a source elsewhere; with --check it writes nothing, names the files that differ, and fails.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { generatedFiles, ownedFolders } from './generate/files.ts';

process.chdir(new URL('..', import.meta.url).pathname);
const check = process.argv.includes('--check');
const files = generatedFiles();
const differing = [...files].filter(([path, text]) => read(path) !== text).map(([path]) => path);
const stray = ownedFolders.flatMap((folder) =>
  list(folder)
    .map((name) => `${folder}/${name}`)
    .filter((path) => !files.has(path)),
);

if (check) {
  for (const path of differing)
    process.stderr.write(`${path} differs from its source: run "npm run generate"\n`);
  for (const path of stray) process.stderr.write(`${path} has no source: run "npm run generate"\n`);
  if (differing.length + stray.length > 0) process.exitCode = 1;
} else {
  for (const path of differing) write(path, files.get(path) ?? '');
  for (const path of stray) rmSync(path);
  for (const path of [...differing, ...stray]) process.stdout.write(`${path}\n`);
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
