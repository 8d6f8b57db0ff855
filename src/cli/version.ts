import { readFileSync } from 'node:fs';
import { type Command, noArguments } from './command.ts';

/** The version of this program, from its package. */
export function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The commit this was built from: written by the build, or read from the checkout; `unknown` where neither is there. */
export function ownCommit(): string {
  const root = new URL('../../', import.meta.url);
  try {
    return readFileSync(new URL('dist/commit', root), 'utf8').trim();
  } catch {
    return commitOfCheckout(root);
  }
}

function commitOfCheckout(root: URL): string {
  try {
    const head = readFileSync(new URL('.git/HEAD', root), 'utf8').trim();
    const [, ref] = /^ref: (\S+)$/.exec(head) ?? [];
    return ref === undefined ? head : readFileSync(new URL(`.git/${ref}`, root), 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

export const versionCommand: Command = {
  help: () => '',
  async run(argv, world) {
    noArguments(argv);
    world.print(`fairlead ${ownVersion()}\nnode     ${process.versions.node}\ncommit   ${ownCommit()}\n`);
    return 0;
  },
};
