import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  beginsTls,
  type HelloRead,
  HelloReader,
  mostHelloBytes,
} from '../../../../src/proxy/tls/hello-reader.ts';
import { clientHello, helloMessage, records, serverName, withLength } from '../../../support/tls/hello.ts';

/** What a reader says once it says something, and how many bytes it was given until then. */
function read(...pieces: readonly Buffer[]): HelloRead {
  const reader = new HelloReader();
  for (const piece of pieces) {
    const result = reader.add(piece, piece.length);
    if (result !== 'more') {
      return result;
    }
  }
  return 'more';
}

const usual = {
  serverName: 'a.test',
  alpn: ['h2', 'http/1.1'],
  offersTls13: true,
  takesEcdsa: true,
};

test('a ClientHello of Node.js tells name, protocols, versions and kinds of signatures', async () => {
  const hello = await clientHello({ servername: 'A.test', ALPNProtocols: ['h2', 'http/1.1'] });
  assert.deepEqual(read(hello), usual);
  const old = await clientHello({ servername: 'a.test', maxVersion: 'TLSv1.2', sigalgs: 'RSA+SHA256' });
  assert.deepEqual(read(old), { serverName: 'a.test', alpn: [], offersTls13: false, takesEcdsa: false });
});

test('a ClientHello without a name, or without extensions, names no host', async () => {
  assert.equal((read(await clientHello({ servername: '' })) as typeof usual).serverName, null);
  const bare = { serverName: null, alpn: [], offersTls13: false, takesEcdsa: false };
  assert.deepEqual(read(records(helloMessage({}))), bare);
  const message = helloMessage({});
  // Without even the length of the extensions, as clients of SSL 3 had it.
  const short = Buffer.from(message.subarray(0, -2));
  short.writeUIntBE(short.length - 4, 1, 3);
  assert.deepEqual(read(records(short)), bare);
});

test('however TCP and records cut a ClientHello, it reads the same', async () => {
  const hello = await clientHello({ servername: 'a.test', ALPNProtocols: ['h2', 'http/1.1'] });
  for (let at = 0; at <= hello.length; at++) {
    assert.deepEqual(read(hello.subarray(0, at), hello.subarray(at)), usual, `cut at ${at}`);
  }
  const message = hello.subarray(5);
  for (let size = 1; size <= message.length; size++) {
    assert.deepEqual(read(records(message, size)), usual, `records of ${size}`);
  }
  const bytewise = [...records(message, 3)].map((byte) => Buffer.from([byte]));
  assert.deepEqual(read(...bytewise), usual);
});

test('all that came is there for the engine, also what came behind the ClientHello', async () => {
  const hello = await clientHello({ servername: 'a.test' });
  const reader = new HelloReader();
  const all = Buffer.concat([hello, Buffer.from('more')]);
  assert.equal(reader.add(all.subarray(0, 10), 10), 'more');
  assert.notEqual(reader.add(all.subarray(10), all.length - 10), 'more');
  assert.deepEqual(reader.bytes, all);
});

test('every spelling of a name is the name, and what is no name is malformed', () => {
  const nameOf = (name: string): unknown => {
    const found = read(records(helloMessage({ extensions: [serverName(name)] })));
    return typeof found === 'string' ? found : found.serverName;
  };
  for (const spelling of ['secure.test', 'SECURE.TEST', 'Secure.Test.', 'secure.test.']) {
    assert.equal(nameOf(spelling), 'secure.test', spelling);
  }
  assert.equal(nameOf('127.0.0.1'), '127.0.0.1');
  for (const bad of [
    '',
    '.',
    '..',
    'a..test',
    'secure.test..',
    'secure.test:443',
    'secure.test\0.public.test',
    '\0',
    'secure test',
    '*.test',
    '[::1]',
    'caf\u00e9.test',
    'a/b',
    `${'a'.repeat(64)}.test`,
    `${'a.'.repeat(127)}test`,
  ]) {
    assert.equal(nameOf(bad), 'malformed', JSON.stringify(bad));
  }
});

test('names and extensions that are there twice, or do not fill their lengths, are malformed', () => {
  const [, name] = serverName('a.test');
  const twoNames = withLength(Buffer.concat([name.subarray(2), name.subarray(2)]), 2);
  const cases: readonly (readonly [number, Buffer])[][] = [
    [serverName('a.test'), serverName('b.test')],
    [[0, twoNames]],
    [[0, Buffer.alloc(0)]],
    [[0, name.subarray(0, -1)]],
    [[0, Buffer.concat([name, Buffer.from([0])])]],
    // A type of name that does not exist.
    [[0, withLength(Buffer.concat([Buffer.from([1]), name.subarray(3)]), 2)]],
    [[16, withLength(Buffer.from([0]), 2)]],
    [[16, withLength(Buffer.alloc(0), 2)]],
    [[16, withLength(Buffer.from([3, 0x68, 0x32]), 2)]],
    [[43, withLength(Buffer.from([3, 4, 3]), 1)]],
    [[13, withLength(Buffer.from([4, 3, 5]), 2)]],
  ];
  for (const [index, extensions] of cases.entries()) {
    assert.equal(read(records(helloMessage({ extensions }))), 'malformed', `case ${index}`);
  }
});

test('what is no ClientHello is refused at the first byte that shows it', () => {
  const message = helloMessage({ extensions: [serverName('a.test')] });
  const whole = records(message);
  const other = Buffer.from(whole);
  other[5] = 2;
  assert.equal(read(other.subarray(0, 6)), 'malformed', 'another message');
  const empty = Buffer.from([0x16, 3, 1, 0, 0]);
  assert.equal(read(empty), 'malformed', 'an empty record');
  assert.equal(read(Buffer.from([0x16, 3, 1, 0x40, 1])), 'malformed', 'a record above 16 KiB');
  assert.equal(
    read(Buffer.concat([records(message, 10).subarray(0, 15), Buffer.from([0x17, 3, 3, 0, 1])])),
    'malformed',
  );
  const cut = Buffer.from(message.subarray(0, -1));
  cut.writeUIntBE(cut.length - 4, 1, 3);
  assert.equal(read(records(cut)), 'malformed', 'extensions that are cut short');
});

test('a ClientHello above 64 KiB is refused before it is whole', () => {
  const huge = Buffer.from([1, 1, 0, 0]);
  assert.equal(read(records(huge)), 'malformed', 'said so');
  const message = helloMessage({ extensions: [[21, Buffer.alloc(65_000)]] });
  const wire = records(message, 1);
  assert.equal(read(wire.subarray(0, mostHelloBytes - 1)), 'more');
  assert.equal(read(wire.subarray(0, mostHelloBytes)), 'malformed', 'by the headers of its records');
});

test('TLS is told from other bytes by two of them', () => {
  assert.ok(beginsTls(Buffer.from([0x16]), 0, 1));
  assert.ok(beginsTls(Buffer.from([0x16, 3, 9]), 0, 3));
  assert.ok(!beginsTls(Buffer.from([0x16, 2]), 0, 2));
  assert.ok(!beginsTls(Buffer.from('GET'), 0, 3));
});

test('no bytes make the reader throw, and how they are cut makes no difference', async () => {
  const hello = await clientHello({ servername: 'a.test', ALPNProtocols: ['h2'] });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(hello.length - 1), fc.nat(255)), { maxLength: 6 }),
      fc.array(fc.nat(hello.length), { maxLength: 5 }),
      (changes, cuts) => {
        const bytes = Buffer.from(hello);
        for (const [at, value] of changes) bytes[at] = value;
        const whole = read(bytes);
        const points = [0, ...cuts.toSorted((left, right) => left - right), bytes.length];
        const pieces = points.slice(1).map((end, index) => bytes.subarray(points[index], end));
        assert.deepEqual(read(...pieces), whole);
      },
    ),
    { numRuns: 3_000 },
  );
});
