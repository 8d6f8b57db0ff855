import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { requestPath } from '../../../src/routing/request-path.ts';

test('harmless paths pass as what rules compare with', () => {
  for (const [raw, wanted] of [
    ['/', '/'],
    ['/a%20b', '/a b'],
    ['/a%2fb', '/a%2Fb'],
    ['/.well-known/x', '/.well-known/x'],
    ['/a/...', '/a/...'],
    ['/a..b;v=1/c', '/a..b;v=1/c'],
    ['//a//', '//a//'],
  ] as const) {
    assert.equal(requestPath(raw), wanted);
  }
});

test('no path that passes has a dot segment in any plausible reading', () => {
  const piece = fc.constantFrom(
    '.',
    '..',
    '%2e',
    '%2E',
    '/',
    '%2f',
    '%5c',
    '\\',
    ';',
    ';x',
    'a',
    '%25',
    '%',
    '%00',
    '#',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const raw = `/${pieces.join('')}`;
      const path = requestPath(raw);
      if (path === null) return;
      // Byte by byte, since not every sequence is UTF-8.
      const decoded = raw.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
      assert.ok(!/[\\#\0 ]/.test(raw) && !decoded.includes('\0'), raw);
      for (const reading of [decoded, decoded.replaceAll('\\', '/'), decoded.replaceAll(/;[^/\\]*/g, '')]) {
        const segments = reading.split(/[/\\]/);
        assert.ok(!segments.includes('.') && !segments.includes('..'), `${raw} reads as ${reading}`);
      }
    }),
    { numRuns: 5_000 },
  );
});
