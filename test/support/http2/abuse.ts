import {
  block,
  dependency,
  flag,
  frame,
  integer,
  literal,
  number,
  request,
  text,
  type,
  waits,
} from './wire.ts';

const { endHeaders, endStream } = flag;

/** What a hostile client sends again and again. */
export interface Abuse {
  readonly name: string;
  /** Sent once, first. */
  readonly first?: Buffer;
  /** The frames of round `index`, and how many those are. */
  readonly round: (index: number) => Buffer;
  readonly framesPerRound: number;
}

const open = block(request({ ':method': 'POST', ':path': waits }));
const id = (index: number): number => index * 2 + 1;
/** Opens a stream, and leaves it open for more of the body or not. */
const head = (index: number, flags: number = endHeaders): Buffer =>
  frame(type.headers, flags, id(index), open);

function madeToReset(name: string, second: (id: number) => Buffer, flags?: number): Abuse {
  return {
    name: `MadeYouReset: ${name}`,
    round: (index) => Buffer.concat([head(index, flags), second(id(index))]),
    framesPerRound: 2,
  };
}

function flood(name: string, bytes: Buffer, first?: Buffer): Abuse {
  return {
    name,
    round: () => bytes,
    framesPerRound: 1,
    ...(first === undefined ? {} : { first }),
  };
}

export const abuses: readonly Abuse[] = [
  madeToReset('the client resets, which was first known as rapid reset', (on) =>
    frame(type.reset, 0, on, number(8)),
  ),
  madeToReset('WINDOW_UPDATE by 0', (on) => frame(type.window, 0, on, number(0))),
  madeToReset('a window above its limit', (on) => frame(type.window, 0, on, number(0x7fffffff))),
  madeToReset('DATA behind the end', (on) => frame(type.data, 0, on, 'x'), endHeaders | endStream),
  madeToReset('HEADERS behind the end', (on) => frame(type.headers, 5, on, open), endHeaders | endStream),
  madeToReset('a dependency on itself', (on) => frame(type.priority, 0, on, dependency(on))),
  madeToReset('PRIORITY of another length', (on) => frame(type.priority, 0, on, '\0\0\0\0')),
  madeToReset('malformed trailers', (on) => frame(type.headers, 5, on, literal('X', 'y'))),
  {
    name: 'more streams than there may be',
    round: (index) => head(index, endHeaders | endStream),
    framesPerRound: 1,
  },
  {
    name: 'malformed requests',
    round: (index) => frame(type.headers, 5, id(index), literal('', '')),
    framesPerRound: 1,
  },
  flood('CONTINUATION without end', frame(type.continuation, 0, 1, literal('x-a', 'b')), head(0, 0)),
  flood('empty CONTINUATION', frame(type.continuation, 0, 1), head(0, 0)),
  flood('PING', frame(type.ping, 0, 0, '12345678')),
  flood('SETTINGS', frame(type.settings, 0, 0)),
  flood('acknowledgements', frame(type.settings, 1, 0)),
  flood('PRIORITY', frame(type.priority, 0, 7, dependency(0))),
  flood('frames of unknown types', frame(0x20, 0, 0)),
  flood('WINDOW_UPDATE', frame(type.window, 0, 0, number(1))),
  flood('empty DATA', frame(type.data, 0, 1), head(0)),
  flood('padding in place of DATA', frame(type.data, flag.padded, 1, '\0'), head(0)),
  flood(
    'windows of one byte',
    frame(type.window, 0, 1, number(1)),
    Buffer.concat([
      frame(type.settings, 0, 0, Buffer.from([0, 4, 0, 0, 0, 0])),
      frame(type.headers, 5, 1, block(request({ ':path': '/large' }))),
    ]),
  ),
  {
    name: 'header blocks that grow when they are decoded',
    // An entry of 4,000 bytes, named 16,000 times in one frame.
    first: frame(
      type.headers,
      5,
      1,
      Buffer.concat([block(request()), Buffer.of(0x40), text('x-bomb'), text('b'.repeat(3_900))]),
    ),
    round: (index) =>
      frame(
        type.headers,
        5,
        id(index + 1),
        Buffer.concat([block(request()), Buffer.alloc(16_000, integer(62, 7, 0x80))]),
      ),
    framesPerRound: 1,
  },
];
