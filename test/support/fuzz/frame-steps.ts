import fc from 'fast-check';
import { block, dependency, flag, frame, literal, number, request, type, waits } from '../http2/wire.ts';

/** A frame, or a header block of some frames, that a client sends in one breath. */
export interface Step {
  readonly kind: number;
  readonly flags: number;
  readonly id: number;
  /** Of its first frame. */
  readonly payload: Buffer;
  readonly bytes: Buffer;
  /** Its stream is new, and is going to be answered. */
  readonly isAnswered: boolean;
}

/** What is left open of a stream id: a new one, one of those before, or one as it is. */
type Which =
  | { readonly is: 'new' }
  | { readonly is: 'last'; readonly back: number }
  | { readonly is: number };

type Draft = (id: number) => Omit<Step, 'isAnswered' | 'bytes' | 'id'> & {
  readonly more?: readonly Buffer[];
};

interface Wish {
  readonly which: Which;
  readonly draft: Draft;
  readonly isAnswered?: boolean;
}

const newId: Which = { is: 'new' };
const last = fc.integer({ min: 0, max: 3 }).map((back): Which => ({ is: 'last', back }));
const odd = fc.constantFrom(0, 1, 2, 3, 5, 7, 100, 0x7fffffff, 0x80000001).map((is): Which => ({ is }));
const anyId = fc.oneof(
  { weight: 6, arbitrary: last },
  { weight: 1, arbitrary: fc.constant(newId) },
  { weight: 2, arbitrary: odd },
);
const headId = fc.oneof({ weight: 8, arbitrary: fc.constant(newId) }, { weight: 1, arbitrary: anyId });

const sound = [
  block(request({ ':path': waits })),
  block(request({ ':path': waits, ':method': 'POST' }, [['x-a', 'b']])),
  block([...request({ ':path': waits }), ['cookie', 'a=b'], ['cookie', 'c=d'], ['te', 'trailers']]),
];
const trailers = [block([['x-trailer', 'a']]), Buffer.alloc(0)];
/** Malformed by RFC 9113 section 8, or by RFC 7541. */
const broken = [
  Buffer.alloc(0),
  block(request({ ':path': null })),
  block(request({ ':path': waits }, [['X-Upper', 'a']])),
  block([['x-early', 'a'], ...request({ ':path': waits })]),
  block(request({ ':path': waits }, [['connection', 'close']])),
  block(request({ ':path': waits }, [[':path', waits]])),
  block(request({ ':path': waits }, [[':unknown', 'a']])),
  block(request({ ':path': waits }, [['te', 'gzip']])),
  Buffer.of(0x80),
  Buffer.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  Buffer.concat([block(request({ ':path': waits })), Buffer.of(0x3f, 0xe1, 0x1f)]),
  Buffer.concat([block(request({ ':path': waits })), literal('a', 'b').subarray(0, 3)]),
];

const cuts = fc.array(fc.nat({ max: 120 }), { maxLength: 3 });
const padding = fc.option(fc.nat({ max: 40 }), { nil: undefined });
const priority = fc.option(fc.tuple(fc.oneof(fc.constantFrom(0, 1, 3), fc.nat({ max: 99 })), fc.boolean()), {
  nil: undefined,
});

interface Framing {
  readonly flags: number;
  readonly cuts: readonly number[];
  readonly padding: number | undefined;
  readonly priority: readonly [on: number, exclusive: boolean] | undefined;
  /** Its last frame does not say so. */
  readonly isUnfinished: boolean;
}

const framing = (ends: fc.Arbitrary<boolean>): fc.Arbitrary<Framing> =>
  fc.record({
    flags: ends.map((does) => (does ? flag.endStream : 0)),
    cuts,
    padding,
    priority,
    isUnfinished: fc.integer({ min: 0, max: 60 }).map((chance) => chance === 60),
  });

/** A header block in one frame or more. */
function head(fields: Buffer, form: Framing): Draft {
  return (id) => {
    const points = [...new Set(form.cuts)].filter((at) => at < fields.length).sort((a, b) => a - b);
    const parts = [0, ...points].map((from, index) => fields.subarray(from, points[index] ?? fields.length));
    const whole = (index: number): number =>
      index === parts.length - 1 && !form.isUnfinished ? flag.endHeaders : 0;
    const [on, exclusive] = form.priority ?? [0, false];
    const payload = padded(
      Buffer.concat([
        form.priority === undefined ? Buffer.alloc(0) : dependency(on, 3, exclusive),
        parts[0] ?? Buffer.alloc(0),
      ]),
      form.padding,
    );
    const flags =
      form.flags |
      whole(0) |
      (form.padding === undefined ? 0 : flag.padded) |
      (form.priority === undefined ? 0 : flag.priority);
    const more = parts.slice(1).map((part, index) => frame(type.continuation, whole(index + 1), id, part));
    return { kind: type.headers, flags, payload, more };
  };
}

/** With a length of padding before it, and so much behind. */
export function padded(payload: Buffer, size: number | undefined): Buffer {
  return size === undefined ? payload : Buffer.concat([Buffer.of(size), payload, Buffer.alloc(size)]);
}

function plain(kind: number, flags: number, payload: Buffer): Draft {
  return () => ({ kind, flags, payload });
}

const windowValue = fc.constantFrom(0, 1, 100, 65_535, 0x7fff0000, 0x7fffffff, 0x80000001);
export const settingEntry = fc.tuple(
  fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(0x10, 0xffff)),
  fc.constantFrom(
    0,
    1,
    2,
    100,
    4_096,
    16_383,
    16_384,
    65_535,
    65_536,
    0xffffff,
    0x1000000,
    0x7fffffff,
    0x80000000,
    0xffffffff,
  ),
);
const wellKnownSetting = fc.constantFrom<readonly [number, number]>(
  [1, 0],
  [3, 100],
  [4, 70_000],
  [4, 0],
  [5, 20_000],
  [6, 99],
);

const wishes: fc.Arbitrary<Wish> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .record({ which: headId, fields: fc.constantFrom(...sound), form: framing(fc.boolean()) })
      .map(({ which, fields, form }) => ({ which, draft: head(fields, form) })),
  },
  {
    weight: 3,
    arbitrary: fc.constant<Wish>({
      which: newId,
      draft: plain(type.headers, flag.endHeaders | flag.endStream, block(request({ ':path': '/ask' }))),
      isAnswered: true,
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({
        which: anyId,
        fields: fc.constantFrom(...trailers, ...sound),
        form: framing(fc.integer({ max: 9, min: 0 }).map((chance) => chance > 0)),
      })
      .map(({ which, fields, form }) => ({ which, draft: head(fields, form) })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ which: headId, fields: fc.constantFrom(...broken), form: framing(fc.boolean()) })
      .map(({ which, fields, form }) => ({ which, draft: head(fields, form) })),
  },
  {
    weight: 10,
    arbitrary: fc
      .record({
        which: anyId,
        size: fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 1_500 })),
        ends: fc.boolean(),
        padding,
      })
      .map(({ which, size, ends, padding: pad }) => ({
        which,
        draft: plain(
          type.data,
          (ends ? flag.endStream : 0) | (pad === undefined ? 0 : flag.padded),
          padded(Buffer.alloc(size, 'd'), pad),
        ),
      })),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(anyId, windowValue)
      .map(([which, by]) => ({ which, draft: plain(type.window, 0, number(by)) })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.oneof({ weight: 9, arbitrary: fc.constant<Which>({ is: 0 }) }, { weight: 1, arbitrary: anyId }),
        fc.array(
          fc.oneof({ weight: 6, arbitrary: wellKnownSetting }, { weight: 1, arbitrary: settingEntry }),
          { maxLength: 4 },
        ),
      )
      .map(([which, entries]) => ({
        which,
        draft: plain(type.settings, 0, Buffer.concat(entries.map(([id, value]) => entry(id, value)))),
      })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(anyId, fc.constantFrom(0, 1, 8, 0xffffffff))
      .map(([which, why]) => ({ which, draft: plain(type.reset, 0, number(why)) })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(anyId, fc.nat({ max: 9 }))
      .map(([which, on]) => ({ which, draft: plain(type.priority, 0, dependency(on)) })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(odd, fc.integer({ min: 0, max: 255 }))
      .map(([which, flags]) => ({ which, draft: plain(type.ping, flags, Buffer.alloc(8)) })),
  },
  {
    // Anything else, of any type.
    weight: 4,
    arbitrary: fc
      .record({
        which: anyId,
        kind: fc.oneof(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 255 })),
        flags: fc.integer({ min: 0, max: 255 }),
        payload: fc.uint8Array({ maxLength: 24 }),
      })
      .map(({ which, kind, flags, payload }) => ({ which, draft: plain(kind, flags, Buffer.from(payload)) })),
  },
);

/** As SETTINGS carries it. */
export function entry(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt32BE(value, 2);
  return bytes;
}

/** What one connection sends behind its first SETTINGS. */
export const talks: fc.Arbitrary<readonly Step[]> = fc
  .array(wishes, { minLength: 1, maxLength: 30 })
  .map((all) => {
    let highest = -1;
    return all.map(({ which, draft, isAnswered = false }) => {
      let id = highest + 2;
      if (which.is === 'last') id = Math.max(1, highest - 2 * which.back);
      else if (which.is !== 'new') id = which.is;
      const { kind, flags, payload, more = [] } = draft(id);
      const bytes = Buffer.concat([frame(kind, flags, id, payload), ...more]);
      // The highest bit is reserved, and ignored.
      const known = id % 2 ** 31;
      if (kind === type.headers && known % 2 === 1) highest = Math.max(highest, known);
      return { kind, flags, id: known, payload, bytes, isAnswered: isAnswered && id === known };
    });
  });
