import fc from 'fast-check';
import { block, dependency, type Field, flag, frame, number, settings, type } from '../http2/wire.ts';
import { entry, padded, settingEntry } from './frame-steps.ts';

/** A request that an upstream has got. */
export interface Asked {
  readonly id: number;
  /** One letter, which all of its answer is made of. */
  readonly tag: string;
}

/** What an upstream sends of an answer: bytes for any of its streams, or for the connection. */
export interface UpstreamStep {
  /** Which of the requests it is about. */
  readonly to: number;
  readonly make: (asked: Asked) => Buffer;
  /** Bytes of the body that it adds, and whether it ends it, where a peer may believe it. */
  readonly size: number;
  readonly ends: boolean;
  /** Nothing can follow it. */
  readonly isCut: boolean;
  readonly shown: string;
}

export interface UpstreamTalk {
  /** What each connection begins with. */
  readonly begin: Buffer;
  readonly steps: readonly UpstreamStep[];
}

type Make = UpstreamStep['make'];
type Part = Omit<UpstreamStep, 'to'>;

const ofConnection = (shown: string, make: Make, isCut = false): Part => {
  return { make, size: 0, ends: false, isCut, shown };
};

function head(status: string, ends: boolean, more: readonly Field[] = []): Part {
  const make: Make = ({ id, tag }) => {
    const fields: Field[] = [[':status', status], ['x-tag', tag], ...more];
    return frame(type.headers, flag.endHeaders | (ends ? flag.endStream : 0), id, block(fields));
  };
  return {
    make,
    size: 0,
    ends,
    isCut: false,
    shown: `head ${status}${ends ? ' end' : ''} ${more.join(' ')}`,
  };
}

function data(size: number, ends: boolean, padding: number | undefined): Part {
  const flags = (ends ? flag.endStream : 0) | (padding === undefined ? 0 : flag.padded);
  const make: Make = ({ id, tag }) => frame(type.data, flags, id, padded(Buffer.alloc(size, tag), padding));
  return { make, size, ends, isCut: false, shown: `data ${size}${ends ? ' end' : ''}` };
}

const heads = fc.oneof(
  { weight: 8, arbitrary: fc.boolean().map((ends) => head('200', ends)) },
  { weight: 2, arbitrary: fc.constantFrom(head('103', false), head('100', false), head('103', true)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      head('200', false, [['content-length', '5']]),
      head('204', false),
      head('304', true),
      head('101', false),
      head('200', false, [['X-Upper', 'a']]),
      head('200', false, [['connection', 'close']]),
      head('200', false, [['transfer-encoding', 'chunked']]),
      head('200', false, [[':status', '200']]),
      head('', false),
    ),
  },
);
const bodies = fc
  .tuple(
    fc.oneof(fc.nat({ max: 30 }), fc.nat({ max: 16_000 })),
    fc.boolean(),
    fc.option(fc.nat({ max: 30 }), { nil: undefined }),
  )
  .map(([size, ends, padding]) => data(size, ends, padding));
const trailers = fc.boolean().map((ends): Part => {
  const flags = flag.endHeaders | (ends ? flag.endStream : 0);
  const make: Make = ({ id }) => frame(type.headers, flags, id, block([['x-trailer', 'a']]));
  return { make, size: 0, ends, isCut: false, shown: `trailers${ends ? ' end' : ''}` };
});
const hostile = fc.oneof(
  fc
    .array(settingEntry, { maxLength: 5 })
    .map((entries) =>
      ofConnection(`settings ${entries.join(' ')}`, () =>
        frame(type.settings, 0, 0, Buffer.concat(entries.map(([id, value]) => entry(id, value)))),
      ),
    ),
  fc
    .tuple(fc.boolean(), fc.constantFrom(0, 1, 65_535, 0x7fff0000, 0x7fffffff))
    .map(([isStream, by]) =>
      ofConnection(`window ${isStream} ${by}`, ({ id }) =>
        frame(type.window, 0, isStream ? id : 0, number(by)),
      ),
    ),
  fc
    .tuple(fc.constantFrom(0, 1, 3, 0x7fffffff), fc.constantFrom(0, 1, 11))
    .map(([last, why]) =>
      ofConnection(`goaway ${last} ${why}`, () =>
        frame(type.goAway, 0, 0, Buffer.concat([number(last), number(why)])),
      ),
    ),
  fc
    .constantFrom(0, 1, 7, 8, 13)
    .map((why) => ofConnection(`reset ${why}`, ({ id }) => frame(type.reset, 0, id, number(why)))),
  fc.constantFrom(
    ofConnection('push', ({ id }) =>
      frame(type.push, flag.endHeaders, id, Buffer.concat([number(2), block([[':method', 'GET']])])),
    ),
    ofConnection('origin', () => frame(0xc, 0, 0, '\0\x0ehttps://b.test')),
    ofConnection('altsvc', ({ id }) => frame(0xa, 0, id, '\0\0h2=":1"')),
    ofConnection('ping', () => frame(type.ping, 0, 0, '12345678')),
    ofConnection('priority', ({ id }) => frame(type.priority, 0, id, dependency(id))),
    ofConnection('acknowledgement', () => settings().fill(1, 4, 5)),
    ofConnection('other stream', ({ tag }) => frame(type.data, 1, 2_001, tag)),
    ofConnection('even stream', () => frame(type.headers, 5, 2, block([[':status', '200']]))),
    ofConnection('malformed block', ({ id }) => frame(type.headers, 5, id, Buffer.of(0x88, 0xff, 0xff))),
    ofConnection('large table', ({ id }) => frame(type.headers, 4, id, Buffer.of(0x3f, 0xff, 0xff, 0x7f))),
    ofConnection('unfinished block', ({ id }) => frame(type.headers, 0, id, block([[':status', '200']]))),
    ofConnection('endless block', ({ id }) =>
      Buffer.concat([
        frame(type.headers, 0, id, block([[':status', '200']])),
        ...Array.from({ length: 100 }, () =>
          frame(type.continuation, 0, id, block([['x-a', 'b'.repeat(900)]])),
        ),
      ]),
    ),
    ofConnection('large frame', ({ id }) => frame(type.data, 0, id, Buffer.alloc(16_385))),
    ofConnection(
      'half a frame',
      ({ id, tag }) => frame(type.data, 1, id, tag.repeat(50)).subarray(0, 30),
      true,
    ),
  ),
  fc
    .record({
      kind: fc.integer({ min: 0, max: 255 }),
      flags: fc.integer({ min: 0, max: 255 }),
      payload: fc.uint8Array({ maxLength: 12 }),
    })
    // What is not DATA, which might be anybody's.
    .map(({ kind, flags, payload }) =>
      ofConnection(`any ${kind}`, ({ id }) => frame(kind === 0 ? 10 : kind, flags, id, Buffer.from(payload))),
    ),
);

/** What an upstream sends to three requests. */
export const upstreamTalks: fc.Arbitrary<UpstreamTalk> = fc.record({
  begin: fc.oneof(
    { weight: 6, arbitrary: fc.constant(settings()) },
    { weight: 2, arbitrary: fc.array(settingEntry, { maxLength: 4 }).map((entries) => settings(...entries)) },
    { weight: 1, arbitrary: fc.constant(frame(type.ping, 0, 0, '12345678')) },
  ),
  steps: fc.array(
    fc
      .tuple(
        fc.nat({ max: 2 }),
        fc.oneof(
          { weight: 5, arbitrary: heads },
          { weight: 6, arbitrary: bodies },
          { weight: 1, arbitrary: trailers },
          { weight: 2, arbitrary: hostile },
        ),
      )
      .map(([to, part]) => ({ to, ...part })),
    { maxLength: 16 },
  ),
});
