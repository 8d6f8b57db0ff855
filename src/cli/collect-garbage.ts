import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Collects what starting has left behind: about as much as what lives on, and an idle process would keep it for ever. To be
 * called when a thread is up, and when its first plan is built, before anybody waits for it; it takes some 20 ms, and seconds where
 * there are 100,000 routes.
 */
export function collectStartupGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: object) => void;
  setFlagsFromString('--no-expose-gc');
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
