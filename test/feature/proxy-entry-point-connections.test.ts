import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RawSender } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import { until } from '../support/raw/until.ts';

const get = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n';
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

for (const [what, all] of [
  ['at its own limit', 1_000],
  ['at its own limit and that of the thread', 2],
] as const) {
  test(`an entry point stops accepting ${what}, and goes on when there is room`, async (t) => {
    const { recorder, proxy } = await setUp(
      t,
      { script: () => undefined },
      { limits: { connections: all }, entryPoint: { limits: { connections: 2 } } },
    );
    const busy: RawSender[] = [];
    for (let count = 1; count <= 2; count++) {
      const sender = await RawSender.connect(proxy.port);
      busy.push(sender);
      sender.send(get);
      await recorder.untilRequests(count);
    }
    await assert.rejects(RawSender.connect(proxy.port));
    recorder.script = () => ok;
    for (const sender of busy) sender.close();
    await until(() => proxy.proxy.openConnections === 0, 'room');
    let late: RawSender | undefined;
    // One after the other: a second one would have an idle one make room.
    for (let attempt = 0; attempt < 1_000 && late === undefined; attempt++) {
      late = await RawSender.connect(proxy.port).catch(() => undefined);
    }
    assert.ok(late !== undefined);
    late.send(get);
    await late.untilReceived('\r\n\r\nok');
    late.close();
  });
}
