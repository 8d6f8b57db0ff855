import type { Parsed } from './values.ts';

/** The commands that take settings. */
export type SettingsCommand = 'run' | 'dev';

/** One setting: how it is spelled, read and explained. The environment variable and the key of the file follow from `name`. */
export interface Flag<Value = unknown> {
  readonly name: string;
  /** What stands after the flag in the help; empty for a switch. */
  readonly placeholder: string;
  readonly repeat: boolean;
  readonly commands: readonly SettingsCommand[];
  readonly help: string;
  /** The default as the help shows it. */
  readonly shownDefault: string;
  readonly parse: (text: string) => Parsed<Value>;
}

/** Makes a flag; of both commands and given once, where `rest` does not say otherwise. */
export function flag<Value>(
  name: string,
  placeholder: string,
  parse: (text: string) => Parsed<Value>,
  rest: { help: string; shownDefault: string; repeat?: boolean; commands?: readonly SettingsCommand[] },
): Flag<Value> {
  return Object.freeze({
    name,
    placeholder,
    parse,
    repeat: false,
    commands: ['run', 'dev'] as const,
    ...rest,
  });
}

/** `FAIRLEAD_` and the flag in capitals with `_` for `-`. */
export function variableOf(entry: Flag): string {
  return `FAIRLEAD_${entry.name.toUpperCase().replaceAll('-', '_')}`;
}
