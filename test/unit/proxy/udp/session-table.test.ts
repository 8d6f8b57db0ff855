import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SessionTable } from '../../../../src/proxy/udp/session-table.ts';

test('the table knows the sessions that a plain list knows', () => {
  const clients = fc.constantFrom('192.0.2.1', '192.0.2.2', '::1');
  const action = fc.record({
    address: clients,
    port: fc.integer({ min: 1, max: 4 }),
    does: fc.constantFrom('add' as const, 'remove' as const, 'prove' as const),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const table = new SessionTable<{ key: string }>({ sessions: 5, sessionsPerClient: 2 });
      const list: { address: string; port: number; session: { key: string }; proven: boolean }[] = [];
      for (const { address, port, does } of actions) {
        const at = list.findIndex((one) => one.address === address && one.port === port);
        const known = list[at];
        if (does === 'add' && known === undefined) {
          const session = { key: `${address} ${port}` };
          list.push({ address, port, session, proven: false });
          table.add(address, port, session);
        } else if (does === 'remove') {
          if (at !== -1) list.splice(at, 1);
          table.remove(address, port);
        } else if (does === 'prove' && known !== undefined) {
          known.proven = true;
          table.prove(known.session);
        }
        assert.equal(table.size, list.length);
        assert.equal(table.isFull, list.length >= 5);
        assert.equal(table.oldestUnproven, list.find(({ proven }) => !proven)?.session);
        assert.equal(table.hasRoomFor(address), list.filter((one) => one.address === address).length < 2);
        for (const one of list) assert.equal(table.get(one.address, one.port), one.session);
        assert.equal(
          table.get(address, port) !== undefined,
          list.some((one) => one.address === address && one.port === port),
        );
        assert.equal([...table.values()].length, list.length);
      }
    }),
  );
});
