import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice } from '../../../src/api/kubernetes.ts';
import { EchoUpstreams } from '../../../src/cli/echo-upstreams.ts';
import type { Log } from '../../../src/model/log.ts';
import { silentLog } from '../../../src/model/log.ts';
import { freePort, get } from '../../support/http.ts';

function slice(address: string, port: number, annotations: Record<string, string>): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'hello-1', namespace: 'default', annotations },
    endpoints: [{ addresses: [address] }],
    ports: [{ port }],
  };
}

const echo = { 'dev.fairlead.dev/upstream': 'echo' };

test('an upstream answers with the request and the name of the moment, and goes with its slice', async (context) => {
  const port = await freePort();
  const slices = [slice('127.0.0.1', port, echo)];
  const upstreams = new EchoUpstreams(() => slices, silentLog);
  context.after(() => upstreams.close());
  upstreams.update();
  assert.match(
    (await get(port, 'a.example', '/x')).body,
    /^hello-1\n\nGET \/x HTTP\/1\.1\nHost: a\.example\n/,
  );
  slices[0] = slice('127.0.0.1', port, { ...echo, 'dev.fairlead.dev/upstream-name': 'renamed' });
  assert.match((await get(port, 'a.example')).body, /^renamed\n/);
  slices.length = 0;
  upstreams.update();
  await assert.rejects(get(port, 'a.example'), { code: 'ECONNREFUSED' });
});

test('slices without the annotation, and addresses of other machines, are left alone', (context) => {
  const warnings: object[] = [];
  const log: Log = { ...silentLog, warn: (fields) => warnings.push(fields) };
  const slices = [slice('192.0.2.1', 80, echo), slice('127.0.0.1', 1, {})];
  const upstreams = new EchoUpstreams(() => slices, log);
  context.after(() => upstreams.close());
  upstreams.update();
  assert.deepEqual(warnings, [{ address: '192.0.2.1' }]);
});
