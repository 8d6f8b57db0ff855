import { parse as parseYaml } from 'yaml';
import { eachLimit, type SettableLimits, settableDefaults } from '../model/limits.ts';
import type { EntryPoint, ListenAddress, Settings } from '../model/settings.ts';
import { connectionsWithin, sessionsWithin } from './connection-cap.ts';
import type { SettingsCommand } from './flag.ts';
import { type FlagKey, type FlagValues, flags } from './flags.ts';
import {
  type RawSetting,
  type RawSettings,
  readArguments,
  readEnvironment,
  readFileSettings,
} from './sources.ts';
import { quote } from './values.ts';

export interface SettingsInput {
  readonly command: SettingsCommand;
  /** After the command. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads the file of `--config`; throws where it cannot be read. */
  readonly readFile: (path: string) => string;
  readonly cores: number;
  /** How many files the process may have open, sockets included; null where that is not limited, or not known. */
  readonly openFiles: number | null;
  readonly isTerminal: boolean;
}

/** What only `dev` takes. */
export interface DevSettings {
  readonly api: ListenAddress;
  readonly kubeconfigFile: string;
  readonly follow: boolean;
}

export type SettingsResult =
  | {
      readonly ok: true;
      readonly settings: Settings;
      readonly dev: DevSettings;
      /** What is neither a flag nor its value. */
      readonly paths: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Makes settings from flags, then environment, then the file of `--config`, then defaults; the first that names a setting
 * wins, whole: lists are not joined. Unknown settings and every bad value are problems, all of them listed.
 */
export function readSettings(input: SettingsInput): SettingsResult {
  const problems: string[] = [];
  const given = readArguments(input.command, input.argv, problems);
  const environment = readEnvironment(input.command, input.env, problems);
  const configFile = given.configFile ?? (input.env.FAIRLEAD_CONFIG || undefined);
  const file = configFile === undefined ? {} : readYaml(input, configFile, problems);
  const values = parseAll([given.settings, environment, file], problems);
  const settings = withDefaults(values, input);
  checkTogether(settings, problems);
  if (problems.length > 0) return { ok: false, problems };
  const dev = Object.freeze({
    api: values.api?.at(-1) ?? { host: '127.0.0.1', port: 0 },
    kubeconfigFile: values.kubeconfigFile?.at(-1) ?? '.fairlead/kubeconfig',
    follow: !(values.noFollow?.at(-1) ?? false),
  });
  return { ok: true, settings, dev, paths: given.paths };
}

function readYaml(input: SettingsInput, path: string, problems: string[]): RawSettings {
  let content: unknown;
  try {
    content = parseYaml(input.readFile(path), { maxAliasCount: 100 }) ?? {};
  } catch (error) {
    const [reason = ''] = String(error instanceof Error ? error.message : error).split('\n');
    problems.push(`--config ${path}: ${inOurWords(reason.replace(/:$/, ''))}`);
    return {};
  }
  return readFileSettings(input.command, path, content, problems);
}

function inOurWords(reason: string): string {
  if (reason.startsWith('Source contains multiple documents')) return 'expected one document';
  return /call stack|Stack overflow/.test(reason) ? 'it is nested too deeply' : reason;
}

type ParsedValues = { [Key in FlagKey]?: readonly FlagValues[Key][] };

function parseAll(sources: readonly RawSettings[], problems: string[]): ParsedValues {
  const parsed: Partial<Record<FlagKey, unknown[]>> = {};
  for (const key of Object.keys(flags) as FlagKey[]) {
    const raw = sources.map((source) => source[key]).find((setting) => setting !== undefined);
    if (raw !== undefined) parsed[key] = parseOne(key, raw, problems);
  }
  return parsed as unknown as ParsedValues;
}

function parseOne(key: FlagKey, raw: RawSetting, problems: string[]): unknown[] {
  const { parse, repeat } = flags[key];
  if (!repeat && raw.texts.length > 1)
    problems.push(`${raw.origin}: given ${raw.texts.length} times, once is allowed`);
  const values: unknown[] = [];
  for (const text of raw.texts) {
    const result = parse(text);
    if ('problem' in result) problems.push(`${raw.origin}: ${result.problem}`);
    else values.push(result.value);
  }
  return values;
}

function withDefaults(values: ParsedValues, input: SettingsInput): Settings {
  const { command, cores, isTerminal } = input;
  const inDev = command === 'dev';
  const host = inDev ? '127.0.0.1' : '';
  const last = <Key extends FlagKey>(key: Key): FlagValues[Key] | undefined => values[key]?.at(-1);
  const workers = last('workers') ?? (inDev ? 1 : 'auto');
  const defaultEntryPoints: readonly EntryPoint[] = [
    { name: 'web', host, port: 8080, tls: false },
    { name: 'websecure', host, port: 8443, tls: true },
  ];
  return Object.freeze({
    entryPoints: values.entryPoints ?? defaultEntryPoints,
    metrics: last('metrics') ?? { host, port: 9000 },
    admin: last('admin') ?? { host: '127.0.0.1', port: 9001 },
    workers: workers === 'auto' ? cores : workers,
    kubeconfig: last('kubeconfig') ?? null,
    context: last('context') ?? null,
    namespaces: [...new Set(values.namespaces ?? [])].toSorted(),
    ingressClass: last('ingressClass') ?? 'fairlead',
    selector: last('selector') ?? null,
    publishService: last('publishService') ?? null,
    lease: last('lease') ?? null,
    publishAddresses: values.publishAddresses ?? (inDev ? ['127.0.0.1'] : []),
    allowCrossNamespace: last('allowCrossNamespace') ?? false,
    allowExternalNames: last('allowExternalNames') ?? false,
    trustedIps: values.trustedIps ?? [],
    drainSeconds: last('drainSeconds') ?? (inDev ? 0 : 15),
    graceSeconds: last('graceSeconds') ?? (inDev ? 2 : 30),
    logLevel: last('logLevel') ?? (inDev ? 'warn' : 'info'),
    logFormat: last('logFormat') ?? (isTerminal || inDev ? 'pretty' : 'json'),
    accessLog: last('accessLog') ?? (inDev ? 'dev' : 'json'),
    hideReason: last('hideReason') ?? false,
    limits: limitsOf(values, input.openFiles),
  });
}

function limitsOf(values: ParsedValues, openFiles: number | null): SettableLimits {
  const connections = Math.min(settableDefaults.connections, connectionsWithin(openFiles));
  const udpSessions = Math.min(settableDefaults.udpSessions, sessionsWithin(openFiles));
  const defaults = { ...settableDefaults, connections, udpSessions };
  return Object.freeze(eachLimit((key) => values[key]?.at(-1) ?? defaults[key]));
}

function checkTogether(settings: Settings, problems: string[]): void {
  const names = new Set<string>();
  const addresses = new Map<string, string>();
  for (const { name, host, port, udp = false } of settings.entryPoints) {
    if (names.has(name)) problems.push(`--entrypoint: the name ${quote(name)} is given twice`);
    names.add(name);
    claim(`--entrypoint ${name}`, host, port, udp ? '/udp' : '');
  }
  if (settings.trustedIps.length === 0) {
    for (const { name } of settings.entryPoints.filter(({ proxyProtocol }) => proxyProtocol === true))
      problems.push(
        `--entrypoint ${name}: proxy-protocol needs --trusted-ips, without which every peer is refused`,
      );
  }
  claim('--metrics', settings.metrics.host, settings.metrics.port);
  claim('--admin', settings.admin.host, settings.admin.port);

  function claim(who: string, host: string, port: number, protocol = ''): void {
    const address = `${host}:${port}${protocol}`;
    const other = addresses.get(address);
    if (port !== 0 && other !== undefined)
      problems.push(`${other} and ${who} have the same address ${address}`);
    addresses.set(address, who);
  }
}
