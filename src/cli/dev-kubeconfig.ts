import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Writes a kubeconfig that only its owner can read. Gives a function that removes it, unless somebody else has written the
 * file since, such as a second `fairlead dev` in the same folder. Throws one sentence where it cannot be written.
 */
export function writeKubeconfig(file: string, content: string): () => void {
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true });
    writeFileSync(file, content, { mode: 0o600 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `the kubeconfig cannot be written (${reason}); name another file with --write-kubeconfig`,
    );
  }
  return () => {
    if (isStill(file, content)) rmSync(file, { force: true });
  };
}

function isStill(file: string, content: string): boolean {
  try {
    return readFileSync(file, 'utf8') === content;
  } catch {
    return false;
  }
}
