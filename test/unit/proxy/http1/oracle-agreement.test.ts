import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { defaultLimits } from '../../../../src/proxy/limits.ts';
import { disagreement } from '../../../support/fuzz/disagreement.ts';
import { trials } from '../../../support/fuzz/generators.ts';
import { RequestSubject } from '../../../support/fuzz/subjects.ts';
import { readByOracle, targetNames } from '../../../support/fuzz/targets.ts';
import { documentedLimits } from '../../../support/oracle/limits.ts';

for (const target of targetNames) {
  test(`${target}: the proxy reads what the oracle reads, no sooner and no later, however the bytes are cut`, () => {
    // A new seed with each run; a failure prints it, and the smallest input.
    fc.assert(
      fc.property(trials(target), ({ setting, input, sizes }) => {
        assert.equal(disagreement(target, setting, input, sizes), null);
      }),
      { numRuns: 500 },
    );
  });

  test(`${target}: more bytes never change what the oracle has said of fewer`, () => {
    fc.assert(
      fc.property(trials(target), fc.nat(), ({ setting, input }, at) => {
        const length = at % (input.length + 1);
        const before = readByOracle(target, setting, input.slice(0, length)).after(length);
        assert.deepEqual(before, readByOracle(target, setting, input).after(length));
      }),
      { numRuns: 300 },
    );
  });

  test(`${target}: generated inputs are of every kind: whole, cut off and refused`, () => {
    const counts = { whole: 0, refused: 0, 'cut off': 0 };
    for (const { setting, input } of fc.sample(trials(target), { numRuns: 400, seed: 1 })) {
      const last = readByOracle(target, setting, input).events.at(-1)?.text ?? '';
      if (last.startsWith('end')) counts.whole++;
      else if (last.startsWith('refused')) counts.refused++;
      else counts['cut off']++;
    }
    for (const [kind, count] of Object.entries(counts)) assert.ok(count >= 10, `${count} ${kind}`);
  });
}

test('the limits that the oracle knows are those of the proxy', () => {
  for (const [name, value] of Object.entries(documentedLimits)) {
    assert.equal(Object.entries(defaultLimits).find(([key]) => key === name)?.[1], value, name);
  }
});

test('what is held of a request never exceeds its head and one piece, whatever comes', () => {
  const piece = 1_000;
  const endless = [
    'GET /',
    'GET / HTTP/1.1\r\nA: ',
    'GET / HTTP/1.1\r\n',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999999\r\n\r\n',
  ];
  const fillings = ['a', 'A: b\r\n', '1\r\nx\r\n', '1;a\r\nx\r\n', '0\r\n', '\r\n'];
  for (const start of endless) {
    for (const filling of fillings) {
      const subject = new RequestSubject(defaultLimits);
      subject.feed(Buffer.from(start, 'latin1'));
      for (let count = 0; count < 60; count++) {
        subject.feed(Buffer.from(filling.repeat(Math.ceil(piece / filling.length)), 'latin1'));
        assert.ok(
          subject.heldBytes <= defaultLimits.headBytes + piece + filling.length,
          `${start}${filling}`,
        );
      }
    }
  }
});
