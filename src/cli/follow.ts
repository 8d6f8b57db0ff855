import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';

const quietMs = 40;

/**
 * Calls back when something changes at or below the paths, once for changes in quick succession. A named file is followed
 * through its folder, because editors replace files rather than write them; what lies below that folder is nobody's business
 * then, and may be very much.
 */
export function followFiles(
  paths: readonly string[],
  onChange: () => void,
  onProblem: (reason: string) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const changed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onChange, quietMs);
  };
  const folders = new Map<string, { readonly recursive: boolean }>();
  for (const path of paths) {
    if (statSync(path).isDirectory()) folders.set(path, { recursive: true });
    else if (!folders.has(dirname(path))) folders.set(dirname(path), { recursive: false });
  }
  const watchers: FSWatcher[] = [];
  for (const [folder, options] of folders) {
    try {
      const watcher = watch(folder, options, changed);
      watcher.on('error', (error) => onProblem(`${folder}: ${String(error)}`));
      watchers.push(watcher);
    } catch (error) {
      onProblem(`${folder}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
