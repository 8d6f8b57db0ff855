import { flag, type } from '../http2/wire.ts';
import type { Step } from './frame-steps.ts';

/** A step, and what was sent before it. */
export interface Moment {
  readonly step: Step;
  readonly before: readonly Step[];
}

interface Difference {
  readonly why: string;
  readonly ours: RegExp;
  readonly theirs: RegExp;
  readonly is: (moment: Moment) => boolean;
}

const fine = /^fine$/;
const stream = /^streams \d+$/;
const connection = /^connection$/;

/** Where we may react in another way than `node:http2` does. */
const differences: readonly Difference[] = [
  {
    why: 'DATA or HEADERS behind END_STREAM is an error of the stream (RFC 9113 section 5.1, half-closed (remote)); nghttp2 ends the connection',
    ours: stream,
    theirs: connection,
    is: ({ step, before }) => isMessage(step) && isEnded(before, step.id),
  },
  {
    why: 'DATA or HEADERS on a stream that is closed is STREAM_CLOSED (RFC 9113 section 5.1, closed); nghttp2 ignores it',
    ours: connection,
    theirs: fine,
    is: ({ step, before }) => isMessage(step) && isOpened(before, step.id) && isClosed(before, step.id),
  },
  {
    why: 'a stream below one that was opened is closed, and HEADERS on it an error (RFC 9113 section 5.1.1); nghttp2 ignores it',
    ours: connection,
    theirs: fine,
    is: ({ step, before }) =>
      isMessage(step) &&
      !isOpened(before, step.id) &&
      before.some(({ kind, id }) => kind === type.headers && id > step.id),
  },
  {
    why: 'PRIORITY on stream 0 is an error (RFC 9113 section 6.3); nghttp2 ignores it',
    ours: connection,
    theirs: fine,
    is: ({ step }) => step.kind === type.priority && step.id === 0,
  },
  {
    why: 'PRIORITY of a length other than 5 is an error of its stream (RFC 9113 section 6.3); nghttp2 ends the connection',
    ours: /^(streams \d+|fine)$/,
    theirs: connection,
    is: ({ step }) => step.kind === type.priority && step.payload.length !== 5,
  },
  {
    why: 'a stream that depends on itself is an error of the stream (RFC 7540 section 5.3.1), or of the connection where nobody has opened it; nghttp2 ends the connection, or ignores it',
    ours: /^(connection|streams \d+)$/,
    theirs: /^(connection|fine)$/,
    is: ({ step }) => dependsOnItself(step),
  },
  {
    why: 'SETTINGS are read in order (RFC 9113 section 6.5.3); nghttp2 does not look at a value that another one in the frame replaces',
    ours: connection,
    theirs: fine,
    is: ({ step }) => step.kind === type.settings && new Set(settingIds(step)).size < settingIds(step).length,
  },
  {
    why: 'WINDOW_UPDATE by 0, or beyond 2^31-1, is an error of its stream (RFC 9113 sections 6.9 and 6.9.1); nghttp2 ends the connection',
    ours: stream,
    theirs: connection,
    is: ({ step }) => step.kind === type.window && step.id !== 0,
  },
  {
    why: 'PING that answers none is ignored (RFC 9113 section 6.7 names no error); node:http2 ends the connection',
    ours: fine,
    theirs: connection,
    is: ({ step }) => step.kind === type.ping && (step.flags & flag.ack) !== 0,
  },
  {
    why: 'an acknowledgement of SETTINGS that were not sent is ignored (RFC 9113 section 6.5.3 names no error); nghttp2 ends the connection',
    ours: fine,
    theirs: connection,
    is: ({ step }) => step.kind === type.settings && (step.flags & flag.ack) !== 0,
  },
  {
    why: 'padding that does not fit is an error of the connection on whatever stream (RFC 9113 section 6.1); nghttp2 does not look where the stream is closed',
    ours: connection,
    theirs: fine,
    is: ({ step: { kind, flags, payload } }) =>
      kind === type.data && (flags & flag.padded) !== 0 && (payload[0] ?? 0) >= payload.length,
  },
  {
    why: 'a client that says GOAWAY is answered for as long as it stays; node:http2 may close at once',
    ours: fine,
    theirs: connection,
    is: ({ step }) => step.kind === type.goAway,
  },
  {
    why: 'SETTINGS_NO_RFC7540_PRIORITIES that changes may be an error (RFC 9218 section 2.1); we read no priorities',
    ours: fine,
    theirs: connection,
    is: ({ step }) => step.kind === type.settings && settingIds(step).includes(9),
  },
];

/** Why the reactions may differ, or null where they may not. */
export function isAllowed(moment: Moment, ours: string, theirs: string): string | null {
  const found = differences.find((one) => one.ours.test(ours) && one.theirs.test(theirs) && one.is(moment));
  return found?.why ?? null;
}

function isMessage({ kind }: Step): boolean {
  return kind === type.data || kind === type.headers;
}

function isOpened(before: readonly Step[], id: number): boolean {
  return before.some((step) => step.kind === type.headers && step.id === id);
}

/** The client has sent END_STREAM. */
function isEnded(before: readonly Step[], id: number): boolean {
  return before.some((step) => step.id === id && isMessage(step) && (step.flags & flag.endStream) !== 0);
}

/** The client has reset the stream, or it was answered. */
function isClosed(before: readonly Step[], id: number): boolean {
  return before.some((step) => step.id === id && (step.kind === type.reset || step.isAnswered));
}

function dependsOnItself({ kind, flags, id, payload }: Step): boolean {
  const isHead = kind === type.headers && (flags & flag.priority) !== 0;
  if (!isHead && kind !== type.priority) return false;
  const at = isHead && (flags & flag.padded) !== 0 ? 1 : 0;
  return payload.length >= at + 4 && (payload.readUInt32BE(at) & 0x7fffffff) === (id & 0x7fffffff);
}

function settingIds({ payload }: Step): number[] {
  const ids: number[] = [];
  for (let at = 0; at + 6 <= payload.length; at += 6) ids.push(payload.readUInt16BE(at));
  return ids;
}
