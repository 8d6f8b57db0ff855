import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { crc32c } from '../../../../src/proxy/proxy-protocol/crc32c.ts';
import { readProxyHeader } from '../../../../src/proxy/proxy-protocol/read-header.ts';
import { proxyHeader } from '../../../../src/proxy/proxy-protocol/write-header.ts';

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** What a header tells, or in one word why it tells nothing. */
function told(bytes: string | Buffer): string {
  const read = readProxyHeader(typeof bytes === 'string' ? latin1(bytes) : bytes);
  if (read.kind !== 'header') return read.kind;
  if (read.addresses === null) return `nobody ${read.end}`;
  const { clientIp, clientPort, serverIp, serverPort } = read.addresses;
  return `${clientIp} ${clientPort} ${serverIp} ${serverPort} ${read.end}`;
}

const longestV1 = `PROXY UNKNOWN ${'f'.repeat(91)}\r\n`;

for (const [line, expected] of [
  ['PROXY TCP4 1.2.3.4 5.6.7.8 1 65535\r\nGET', '1.2.3.4 1 5.6.7.8 65535 36'],
  ['PROXY TCP4 1.2.3.4 5.6.7.8 0 80\r\n', '1.2.3.4 0 5.6.7.8 80 33'],
  ['PROXY TCP6 2001:DB8:0::1 ::2 10 80\r\n', '2001:db8::1 10 ::2 80 36'],
  ['PROXY TCP6 ::ffff:1.2.3.4 ::1 10 80\r\n', '1.2.3.4 10 ::1 80 37'],
  ['PROXY UNKNOWN\r\n', 'nobody 15'],
  ['PROXY UNKNOWN what ever\r\n', 'nobody 25'],
  [longestV1, 'nobody 107'],
] as const) {
  test(`version 1 reads ${JSON.stringify(line.slice(0, 50))}`, () => assert.equal(told(line), expected));
}

for (const line of [
  'GET / HTTP/1.1\r\n',
  'proxy TCP4 1.2.3.4 5.6.7.8 1 2\r\n',
  'PROXY  TCP4 1.2.3.4 5.6.7.8 1 2\r\n',
  'PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n',
  'PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n',
  'PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n',
  'PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n',
  'PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n',
  'PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\r\n',
  'PROXY TCP4 1.2.3.4\t5.6.7.8 1 2\r\n',
  'PROXY TCP4 01.2.3.4 5.6.7.8 1 2\r\n',
  'PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n',
  'PROXY TCP4 1.2.3.256 5.6.7.8 1 2\r\n',
  'PROXY TCP4 ::1 5.6.7.8 1 2\r\n',
  'PROXY TCP6 ::1 5.6.7.8 1 2\r\n',
  'PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n',
  'PROXY TCP6 1::2::3 ::1 1 2\r\n',
  'PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n',
  'PROXY TCP4 1.2.3.4 5.6.7.8 +1 2\r\n',
  'PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n',
  'PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n',
  'PROXY UNKNOWNS\r\n',
  'PROXY \r\n',
  `PROXY UNKNOWN ${'f'.repeat(92)}\r\n`,
  `PROXY ${'f'.repeat(101)}`,
]) {
  test(`version 1 refuses ${JSON.stringify(line.slice(0, 50))}`, () => assert.equal(told(line), 'malformed'));
}

const signature = '0d0a0d0a000d0a515549540a';
const ipv4 = '01020304050607080001ffff';
const ipv6 = '20010db8000000000000000000000001'.concat('00000000000000000000ffff01020304', '000a0050');

for (const [name, hex, expected] of [
  ['TCP over IPv4', `21 11 000c ${ipv4}`, '1.2.3.4 1 5.6.7.8 65535 28'],
  ['TCP over IPv6', `21 21 0024 ${ipv6}`, '2001:db8::1 10 1.2.3.4 80 52'],
  ['extensions behind the addresses', `21 11 0013 ${ipv4} 01000168 040000`, '1.2.3.4 1 5.6.7.8 65535 35'],
  ['a right checksum', `21 11 0013 ${ipv4} 030004 7f6e707f`, '1.2.3.4 1 5.6.7.8 65535 35'],
  ['UDP, which tells of nobody here', `21 12 000c ${ipv4}`, 'nobody 28'],
  ['a local socket', `21 31 00d8 ${'61'.repeat(216)}`, 'nobody 232'],
  ['an unspecified family', '21 00 0003 ffffff', 'nobody 19'],
  ['LOCAL, whatever its family is', `20 ff 0003 010203`, 'nobody 19'],
  ['the longest', `20 00 1000 ${'00'.repeat(4096)}`, 'nobody 4112'],
] as const) {
  test(`version 2 reads ${name}`, () => {
    assert.equal(told(Buffer.from(signature + hex.replaceAll(' ', ''), 'hex')), expected);
  });
}

for (const [name, hex] of [
  ['another version', `11 11 000c ${ipv4}`],
  ['another command', `22 11 000c ${ipv4}`],
  ['another family', `21 41 000c ${ipv4}`],
  ['another transport', `21 13 000c ${ipv4}`],
  ['a transport without a family', '21 01 0000'],
  ['addresses that do not fit', `21 11 000b ${ipv4}`],
  ['a length that is too large, before its bytes have come', '21 11 1001'],
  ['half an extension', `21 11 000e ${ipv4} 0100`],
  ['an extension that is longer than the header', `21 11 0010 ${ipv4} 01000261`],
  ['a wrong checksum', `21 11 0013 ${ipv4} 030004 7f6e707e`],
  ['a checksum of another size', `21 11 0011 ${ipv4} 0300020000`],
  ['two checksums', `21 11 001a ${ipv4} 030004 7f6e707f 030004 7f6e707f`],
] as const) {
  test(`version 2 refuses ${name}`, () => {
    assert.equal(told(Buffer.from(signature + hex.replaceAll(' ', ''), 'hex')), 'malformed');
  });
}

test('a header that has not come whole asks for more at every byte, and what is behind it stays', () => {
  const headers = [
    latin1('PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n'),
    latin1(longestV1),
    Buffer.from(`${signature}21110013${ipv4}0300047f6e707f`, 'hex'),
    Buffer.from(`${signature}20000000`, 'hex'),
  ];
  for (const header of headers) {
    for (let length = 0; length < header.length; length++) {
      assert.equal(told(header.subarray(0, length)), 'more', `${length} of ${header.toString('latin1')}`);
    }
    const read = readProxyHeader(Buffer.concat([header, latin1('GET / HTTP/1.1\r\n')]));
    assert.ok(read.kind === 'header' && read.end === header.length);
  }
});

test('of any bytes, what is decided by a part of them stays so whatever follows', () => {
  const start = fc.constantFrom(
    'PROXY ',
    'PROXY TCP4 ',
    '\r\n\r\n\0\r\nQUIT\n',
    '\r\n\r\n\0\r\nQUIT\n\x21\x11',
    '',
  );
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 300 }), (text, tail) => {
      const bytes = Buffer.concat([latin1(text), tail]);
      let decided: string | null = null;
      for (let length = 0; length <= bytes.length; length++) {
        const now = told(bytes.subarray(0, length));
        if (decided !== null) assert.equal(now, decided);
        else if (now !== 'more') decided = now;
      }
    }),
    { numRuns: 300 },
  );
});

test('what is written reads the same, in both versions', () => {
  const v6 = fc.ipV6().map((address) => {
    const read = readProxyHeader(latin1(`PROXY TCP6 ${address} ${address} 1 1\r\n`));
    return read.kind === 'header' ? (read.addresses?.clientIp ?? '') : '';
  });
  const address = fc.oneof(fc.ipV4(), v6);
  const port = fc.integer({ min: 0, max: 65_535 });
  fc.assert(
    fc.property(address, address, port, port, (clientIp, serverIp, clientPort, serverPort) => {
      for (const version of [1, 2] as const) {
        const header = proxyHeader(version, { clientIp, clientPort, serverIp, serverPort });
        const expected = `${clientIp} ${clientPort} ${serverIp} ${serverPort} ${header.length}`;
        assert.equal(told(header), expected);
      }
    }),
    { numRuns: 300 },
  );
});

test('a client that is not known is told as unknown', () => {
  const gone = { clientIp: '', clientPort: 0, serverIp: '::1', serverPort: 80 };
  assert.equal(proxyHeader(1, gone).toString('latin1'), 'PROXY UNKNOWN\r\n');
  assert.equal(told(proxyHeader(2, gone)), 'nobody 16');
});

test('the checksum is CRC-32C', () => {
  assert.equal(crc32c(latin1('123456789'), 9), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(32), 32), 0x8a9136aa);
});
