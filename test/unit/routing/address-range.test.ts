import assert from 'node:assert/strict';
import { BlockList, isIP, isIPv4 } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseAddress, parseAddressRange, rangeIncludes } from '../../../src/routing/address-range.ts';

function includes(range: string, address: string): boolean {
  const [block, groups] = [parseAddressRange(range), parseAddress(address)];
  assert.ok(block !== null && groups !== null, `${range} ${address}`);
  return rangeIncludes(block, groups);
}

describe('parseAddressRange', () => {
  const wrong = [
    '',
    'a',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4/33',
    '1.2.3.4/',
    '1.2.3.4/-1',
    '1.2.3.4/8/8',
  ];
  const wrong6 = [
    '::1/129',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '::12345',
    'fe80::1%eth0',
    '[::1]',
    '1.2.3.4::',
    ':1',
    '1:',
  ];
  for (const text of [...wrong, ...wrong6, '1:2:3:4:5:6:7::8', '::1.2.3', ' 1.2.3.4']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(parseAddressRange(text), null);
    });
  }

  it('takes the addresses that Node.js takes, and no other', () => {
    const piece = fc.constantFrom('0', '1', '255', '256', 'ab', 'ffff', ':', '::', '.', '10', '01');
    const text = fc.oneof(
      fc.array(piece, { maxLength: 16 }).map((pieces) => pieces.join('')),
      fc.ipV4(),
      fc.ipV6(),
    );
    fc.assert(
      fc.property(text, (each) => {
        assert.equal(parseAddress(each) !== null, isIP(each) !== 0, each);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('rangeIncludes', () => {
  const cases: readonly (readonly [range: string, address: string, included: boolean])[] = [
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['192.0.2.7/24', '192.0.2.8', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['0.0.0.0/0', '203.0.113.1', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '192.0.2.7', false],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['::ffff:192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '::ffff:c000:207', true],
    ['::ffff:10.0.0.0/104', '10.9.9.9', true],
    ['::ffff:10.0.0.0/104', '11.9.9.9', false],
  ];
  for (const [range, address, included] of cases) {
    it(`says that ${address} is ${included ? '' : 'not '}in ${range}`, () => {
      assert.equal(includes(range, address), included);
    });
  }

  it('agrees with the block list of Node.js', () => {
    const v4 = fc.tuple(fc.ipV4(), fc.nat({ max: 32 }));
    const v6 = fc.tuple(fc.ipV6(), fc.nat({ max: 128 }));
    fc.assert(
      fc.property(fc.oneof(v4, v6), fc.integer({ min: 0, max: 255 }), ([base, bits], last) => {
        const list = new BlockList();
        list.addSubnet(base, bits, isIPv4(base) ? 'ipv4' : 'ipv6');
        const near = isIPv4(base)
          ? base.replace(/\d+$/, String(last))
          : base.replace(/^[0-9a-f]*/i, last.toString(16));
        for (const address of [base, near]) {
          if (isIP(address) !== isIP(base) || /^[0:]*ffff:/i.test(address)) continue;
          const expected = list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
          assert.equal(includes(`${base}/${bits}`, address), expected, `${address} in ${base}/${bits}`);
        }
      }),
    );
  });
});
