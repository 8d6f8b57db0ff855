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

test('every thread gets its share of the sessions of UDP, of all and of an entry point', () => {
  const { limits, entryPoints } = spawnedWith(
    '--workers=2',
    '--udp-sessions=1000',
    '--entrypoint=dns=:53/udp,udp-client-sessions=7',
  );
  assert.equal(limits.udpSessions, 500);
  assert.equal(limits.udpClientSessions, 512);
  assert.deepEqual(entryPoints[0]?.limits, { udpClientSessions: 3 });
});

test('all threads count the connections of clients in one place', () => {
  const { sharedCounts } = spawnedWith('--workers=3');
  assert.equal(sharedCounts.threads, 3);
  assert.equal(sharedCounts.thread, 0);
  assert.equal(sharedCounts.buffer.byteLength, 3 * 256 * 1024);
});

test('a share is never nothing', () => {
  assert.equal(spawnedWith('--workers=8', '--max-connections=3').limits.connections, 1);
});
