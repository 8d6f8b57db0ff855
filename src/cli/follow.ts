import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';

const quietMs = 40;

/**
 * Calls back when something changes at or below the paths, once for changes in quick succession. A named file is followed
 * through its folder, because editors replace files rather than write them.
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
  const folders = new Set(paths.map((path) => (statSync(path).isDirectory() ? path : dirname(path))));
  const watchers: FSWatcher[] = [];
  for (const folder of folders) {
    try {
      const watcher = watch(folder, { recursive: true }, changed);
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
