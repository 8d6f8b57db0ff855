import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import type { World } from '../../../src/cli/command.ts';
import { createThreadSpawner } from '../../../src/cli/thread-spawner.ts';
import { readSettings } from '../../../src/config/read-settings.ts';
import type { ProxyThreadSettings } from '../../../src/model/proxy-thread-settings.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';

function spawnedWith(...argv: readonly string[]): ProxyThreadSettings {
  const input = { env: {}, readFile: () => '', cores: 1, openFiles: null, isTerminal: false };
  const result = readSettings({ command: 'run', argv, ...input });
  assert.ok(result.ok);
  const { settings } = result;
  const started: ProxyThreadSettings[] = [];
  const world: World = {
    env: {},
    cores: 1,
    openFiles: null,
    sharesPorts: true,
    isTerminal: false,
    print() {},
    printError() {},
    readStandardInput: () => '',
    stopped: new AbortController().signal,
    onFault() {},
    spawnProxyThread: (asked) => {
      started.push(asked);
      return new EventEmitter() as Worker;
    },
  };
  const metrics = createMetrics({ version: '1', node: '1' });
  createThreadSpawner({ settings, entryPoints: settings.entryPoints, metrics, world })(0, null);
  const [first] = started;
  assert.ok(first !== undefined);
  return first;
}

test('every thread gets its share of the connections, of all and of an entry point', () => {
  const flags = [
    '--workers=3',
    '--max-connections=1000',
    '--entrypoint=a=:1,max-connections=100,head-size=2KiB',
  ];
  const { limits, entryPoints } = spawnedWith(...flags, '--entrypoint=b=:2');
  assert.equal(limits.connections, 333);
  assert.deepEqual(
    entryPoints.map((entryPoint) => entryPoint.limits),
    [{ connections: 33, headBytes: 2_048 }, undefined],
  );
});

test('a share is never nothing', () => {
  assert.equal(spawnedWith('--workers=8', '--max-connections=3').limits.connections, 1);
});
