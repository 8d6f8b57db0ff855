import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorCode, setting } from '../../../../src/proxy/http2/frames.ts';
import { PeerSettings, settingsPayload } from '../../../../src/proxy/http2/peer-settings.ts';

function read(settings: PeerSettings, ...entries: readonly (readonly [id: number, value: number])[]): number {
  const payload = settingsPayload(entries);
  return settings.read(payload, 0, payload.length);
}

test('settings hold as they were sent, the last of each', () => {
  const settings = new PeerSettings();
  const sent = [
    [setting.headerTableSize, 100],
    [setting.maxConcurrentStreams, 7],
    [setting.initialWindowSize, 5],
    [setting.initialWindowSize, 9],
    [setting.maxFrameSize, 20_000],
    [setting.maxHeaderListSize, 400],
    [setting.enableConnectProtocol, 1],
    [0x99, 1],
  ] as const;
  assert.equal(read(settings, ...sent), errorCode.none);
  assert.deepEqual(
    { ...settings },
    {
      tableBytes: 100,
      maxStreams: 7,
      windowBytes: 9,
      frameBytes: 20_000,
      headerListBytes: 400,
      allowsConnect: true,
    },
  );
});

test('extended CONNECT cannot be taken back', () => {
  const settings = new PeerSettings();
  assert.equal(read(settings, [setting.enableConnectProtocol, 0]), errorCode.none);
  assert.equal(read(settings, [setting.enableConnectProtocol, 1]), errorCode.none);
  assert.equal(read(settings, [setting.enableConnectProtocol, 0]), errorCode.protocol);
});
