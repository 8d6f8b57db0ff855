import { type Flag, flagsOf, variableOf } from '../../src/config/flags.ts';

/** The reference of all settings, made from the table that reads them. */
export function settingsPage(): readonly [string, string] {
  const run = flagsOf('run');
  const devOnly = flagsOf('dev').filter((flag) => !run.includes(flag));
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
