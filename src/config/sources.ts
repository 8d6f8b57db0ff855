import { type Flag, type SettingsCommand, variableOf } from './flag.ts';
import { type FlagKey, flags } from './flags.ts';
import { quote } from './values.ts';

/** A setting as it was found: its texts, unparsed, and where, as messages name it. */
export interface RawSetting {
  readonly texts: readonly string[];
  readonly origin: string;
}

export type RawSettings = { [Key in FlagKey]?: RawSetting };

/** What Kubernetes sets in every container for a Service whose name begins with `fairlead` (Docker links variables). */
const serviceVariable =
  /_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$|_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$/;

interface Arguments {
  readonly settings: RawSettings;
  readonly paths: readonly string[];
  readonly configFile: string | undefined;
}

function known(command: SettingsCommand): readonly [FlagKey, Flag][] {
  const entries = Object.entries(flags) as [FlagKey, Flag][];
  return entries.filter(([, entry]) => entry.commands.includes(command));
}

/** Reads `--flag value`, `--flag=value` and `--switch`; what follows `--` and what is no flag are paths. */
export function readArguments(
  command: SettingsCommand,
  argv: readonly string[],
  problems: string[],
): Arguments {
  const byName = new Map(known(command).map(([key, entry]) => [entry.name, { key, entry }]));
  const texts = new Map<FlagKey, string[]>();
  const paths: string[] = [];
  let configFile: string | undefined;
  const rest = [...argv];
  while (rest.length > 0) {
    const argument = rest.shift() ?? '';
    if (argument === '--') paths.push(...rest.splice(0));
    else if (!argument.startsWith('-') || argument === '-') paths.push(argument);
    else {
      const [, name = '', inline] = /^--([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
      const found = byName.get(name);
      if (name !== 'config' && found === undefined) {
        problems.push(unknownFlag(argument, [...byName.keys()]));
        continue;
      }
      const isSwitch = found?.entry.placeholder === '';
      const value = inline ?? (isSwitch ? 'true' : rest.shift());
      if (value === undefined) problems.push(`--${name}: a value is missing`);
      else if (found === undefined) configFile = value;
      else texts.set(found.key, [...(texts.get(found.key) ?? []), value]);
    }
  }
  const settings: RawSettings = {};
  for (const [key, found] of texts) settings[key] = { texts: found, origin: `--${flags[key].name}` };
  return { settings, paths, configFile };
}

/** Reads `FAIRLEAD_…`; repeated settings are separated by white space. */
export function readEnvironment(
  command: SettingsCommand,
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): RawSettings {
  const settings: RawSettings = {};
  const names = new Set(['FAIRLEAD_CONFIG', ...Object.values(flags).map(variableOf)]);
  for (const [key, entry] of known(command)) {
    const name = variableOf(entry);
    const text = env[name];
    if (text === undefined || text === '') continue;
    settings[key] = { texts: entry.repeat ? text.trim().split(/\s+/) : [text], origin: name };
  }
  for (const name of Object.keys(env).toSorted()) {
    if (!name.startsWith('FAIRLEAD_') || names.has(name) || serviceVariable.test(name)) continue;
    problems.push(`${name}: there is no such setting`);
  }
  return settings;
}

/** Reads the content of a settings file: a mapping from names of flags, without dashes, to a value or a list. */
export function readFileSettings(
  command: SettingsCommand,
  path: string,
  content: unknown,
  problems: string[],
): RawSettings {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    problems.push(`--config ${path}: expected a mapping from settings to values`);
    return {};
  }
  const settings: RawSettings = {};
  const byName = new Map(known(command).map(([key, entry]) => [entry.name, { key, entry }]));
  for (const [name, value] of Object.entries(content)) {
    const found = byName.get(name);
    const values: unknown[] = Array.isArray(value) ? value : [value];
    const scalar = values.every((one) => ['string', 'number', 'boolean'].includes(typeof one));
    if (found === undefined) problems.push(`--config ${path}: there is no setting ${quote(name)}`);
    else if (!scalar) problems.push(`--config ${path}: ${name}: expected a value or a list of values`);
    else settings[found.key] = { texts: values.map(String), origin: `--config ${path}: ${name}` };
  }
  return settings;
}

function unknownFlag(argument: string, names: readonly string[]): string {
  const [name = ''] = argument.replace(/^-+/, '').split('=');
  const near = names.find((candidate) => candidate.startsWith(name.slice(0, 4)) && name.length >= 3);
  return near === undefined
    ? `${quote(argument)}: there is no such flag`
    : `${quote(argument)}: there is no such flag; did you mean --${near}?`;
}
