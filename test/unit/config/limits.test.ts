import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings } from '../../../src/config/read-settings.ts';
import { formatDuration } from '../../../src/model/duration.ts';
import { limitEntry, limitKeys, settableDefaults } from '../../../src/model/limits.ts';
import type { Settings } from '../../../src/model/settings.ts';

interface Rest {
  readonly command?: 'run' | 'dev';
  readonly env?: Readonly<Record<string, string>>;
  readonly openFiles?: number;
  readonly file?: string;
}

function read(argv: readonly string[], { command = 'run', env = {}, openFiles, file = '' }: Rest = {}) {
  const around = { openFiles: openFiles ?? null, cores: 1, isTerminal: false, readFile: () => file };
  return readSettings({ command, argv, env, ...around });
}

function settingsOf(argv: readonly string[], rest?: Rest): Settings {
  const result = read(argv, rest);
  assert.ok(result.ok, result.ok ? '' : result.problems.join('\n'));
  return result.settings;
}

function problemsOf(argv: readonly string[]): readonly string[] {
  const result = read(argv);
  return result.ok ? [] : result.problems;
}

function written(key: (typeof limitKeys)[number], value: number): string {
  return limitEntry(key).unit === 'time' ? formatDuration(value) : String(value);
}

test('names of limits are plain, no two are the same, and defaults are within their range', () => {
  const names = limitKeys.map((key) => limitEntry(key).flag);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z][a-z\d]*(-[a-z]+)+$/);
  for (const key of limitKeys) {
    const { byDefault, least, most, meaning } = limitEntry(key);
    assert.ok(least <= byDefault && byDefault <= most, key);
    assert.match(meaning, /^[A-Z].*\.$/);
  }
});

for (const key of limitKeys) {
  const { flag, least, most, zero } = limitEntry(key);
  for (const command of ['run', 'dev'] as const) {
    test(`--${flag} sets its limit in ${command}, at both ends of its range`, () => {
      for (const value of [least, most]) {
        const { limits } = settingsOf([`--${flag}=${written(key, value)}`], { command });
        assert.deepEqual(limits, { ...settableDefaults, [key]: value });
      }
    });
  }

  test(`--${flag} refuses what is out of its range, and names flag, value and range`, () => {
    const wrong = [`${most + 1}ms`, 'much', '', '-1', ...(zero === undefined && least > 0 ? ['0'] : [])];
    for (const text of wrong) {
      const [problem = '', ...others] = problemsOf([`--${flag}=${text}`]);
      assert.deepEqual(others, []);
      assert.ok(problem.startsWith(`--${flag}: expected a`), problem);
      assert.match(problem, / from \w+ to \w+/);
      assert.ok(problem.endsWith(`got ${JSON.stringify(text)}`), problem);
    }
  });

  if (zero !== undefined) {
    test(`--${flag}=0 is allowed`, () => {
      assert.equal(settingsOf([`--${flag}=0`]).limits[key], 0);
    });
  }
}

test('limits come from the environment and the file too', () => {
  const { limits } = settingsOf(['--config', 'f'], {
    env: { FAIRLEAD_HEAD_TIMEOUT: '5s' },
    file: 'head-size: 4KiB\nkeep-alive-timeout: 30\nhead-timeout: 7s\n',
  });
  assert.deepEqual([limits.headMs, limits.headBytes, limits.keepAliveMs], [5_000, 4_096, 30_000]);
});

test('sizes are bytes, KiB or MiB, and a count has no unit', () => {
  const { limits } = settingsOf(['--head-size=1MiB', '--body-min-rate=1KiB', '--target-size=100']);
  assert.deepEqual([limits.headBytes, limits.bodyRate, limits.targetBytes], [1_048_576, 1_024, 100]);
  assert.deepEqual(problemsOf(['--header-count=1KiB']), [
    '--header-count: expected a whole number, from 1 to 10000; got "1KiB"',
  ]);
});

test('an entry point has limits of its own, and only those that it names', () => {
  const [first, second] = settingsOf([
    '--entrypoint=a=:1,head-timeout=5s,tls,body-min-rate=0',
    '--entrypoint=b=:2',
    '--head-timeout=7s',
  ]).entryPoints;
  assert.deepEqual(first, {
    name: 'a',
    host: '',
    port: 1,
    tls: true,
    limits: { headMs: 5_000, bodyRate: 0 },
  });
  assert.deepEqual(second, { name: 'b', host: '', port: 2, tls: false });
});

test('every limit of an entry point can be set there, every other says how it is', () => {
  for (const key of limitKeys) {
    const { flag, least, scope } = limitEntry(key);
    const port = flag.startsWith('udp-') && scope === 'entryPoint' ? '1/udp' : '1';
    const argv = [`--entrypoint=a=:${port},${flag}=${written(key, least)}`];
    if (scope === 'entryPoint') assert.deepEqual(settingsOf(argv).entryPoints[0]?.limits, { [key]: least });
    else
      assert.deepEqual(problemsOf(argv), [
        `--entrypoint: the limit ${flag} holds for all entry points: give it as --${flag}`,
      ]);
  }
});

for (const [option, problem] of [
  ['head-timout=5s', 'unknown option "head-timout=5s"; did you mean head-timeout?'],
  ['Head-Timeout=5s', 'unknown option "Head-Timeout=5s"; did you mean head-timeout?'],
  ['head-timeout', 'the option head-timeout needs a value, as in head-timeout=10s'],
  ['head-timeout=', 'head-timeout: expected a time such as 500ms, 10s or 1m30s, from 10ms to 1h; got ""'],
  ['head-timeout=2h', 'head-timeout: expected a time such as 500ms, 10s or 1m30s, from 10ms to 1h; got "2h"'],
  ['head-size=1KiB,head-size=2KiB', 'the option head-size is given twice'],
] as const) {
  test(`the option ${option} of an entry point is refused with a clear sentence`, () => {
    assert.deepEqual(problemsOf([`--entrypoint=a=:1,${option}`]), [`--entrypoint: ${problem}`]);
  });
}

test('the limit of open files lowers the default number of sessions of UDP, and never one that was asked for', () => {
  const sessions = (openFiles: number, ...argv: string[]) =>
    settingsOf(argv, { openFiles }).limits.udpSessions;
  assert.deepEqual(
    [1, 256, 1_048_576].map((files) => sessions(files)),
    [1, 25, 4_096],
  );
  assert.equal(sessions(256, '--udp-sessions=500'), 500);
});

test('the limit of open files lowers the default number of connections, and never one that was asked for', () => {
  const connections = (openFiles: number, ...argv: string[]) =>
    settingsOf(argv, { openFiles }).limits.connections;
  assert.deepEqual(
    [1, 256, 20_000, 1_048_576].map((files) => connections(files)),
    [1, 102, 8_000, 20_000],
  );
  assert.equal(connections(256, '--max-connections=500'), 500);
});
