import { type Flag, variableOf } from '../../src/config/flag.ts';
import { flagsOf } from '../../src/config/flags.ts';
import { limitFlags } from '../../src/config/limit-flags.ts';

/** The reference of all settings, made from the table that reads them. */
export function settingsPage(): readonly [string, string] {
  const limits: readonly Flag[] = Object.values(limitFlags);
  const ofRun = flagsOf('run');
  const run = ofRun.filter((flag) => !limits.includes(flag));
  const devOnly = flagsOf('dev').filter((flag) => !ofRun.includes(flag));
  const lines = [
    '# Settings',
    '',
    'For `fairlead run` and `fairlead dev`. A flag wins over the environment, that over the file of `--config`, that over the default; the',
    'first that names a setting wins whole, lists are not joined. Unknown settings are refused, and every problem is listed.',
    '',
    ...table(run),
    '',
    '`--config FILE` (`FAIRLEAD_CONFIG`) names a YAML file whose keys are the names of flags without dashes:',
    '',
    '```yaml',
    'entrypoint: [web=:8080]',
    'drain: 20',
    '```',
    '',
    'In the environment, values of settings that can be given again are separated by spaces.',
    '',
    '## Limits',
    '',
    'A time is a number of seconds, or numbers each with a unit: `500ms`, `10s`, `1m30s`. Times are looked at twice a second, so that a',
    'limit may be exceeded by a second. A size is a number of bytes, or of `KiB` or `MiB`. Where an entry point may have a value of its own, it',
    'stands among the options of `--entrypoint` without the dashes, and wins:',
    '',
    '```console',
    '$ fairlead run --head-timeout=5s --entrypoint=web=:8080 --entrypoint=uploads=:8081,head-timeout=10s,body-min-rate=0',
    '```',
    '',
    ...table(limits),
    '',
    '## Only for `dev`',
    '',
    ...table(devOnly),
    '',
  ];
  return ['docs/reference/settings.md', lines.join('\n')];
}

function table(flags: readonly Flag[]): string[] {
  const rows = flags.map((flag) => {
    const spelled = `\`--${flag.name}${flag.placeholder === '' ? '' : ` ${flag.placeholder}`}\``;
    const again = flag.repeat ? ' May be given again.' : '';
    return `| ${cell(spelled)} | \`${variableOf(flag)}\` | ${cell(flag.shownDefault)} | ${cell(flag.help)}${again} |`;
  });
  return ['| flag | environment | default | |', '|---|---|---|---|', ...rows];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
