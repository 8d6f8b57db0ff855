import type { Reading } from '../oracle/reading.ts';
import { readByOracle, type Setting, subjectOf, type TargetName } from './targets.ts';

/** How many bytes are fed for all cuts in two: inputs up to some 600 bytes are cut at every place, longer ones here and there. */
const bytesForCuts = 400_000;

/**
 * Feeds an input whole, in every two pieces, byte by byte, and in pieces of the given sizes, over and over. After each piece
 * the proxy has to have told what the oracle can know by then: the same and no less, no sooner and no later. Returns the first
 * difference, or null.
 */
export function disagreement(
  target: TargetName,
  setting: Setting,
  input: string,
  sizes: readonly number[],
): string | null {
  const reading = readByOracle(target, setting, input);
  const bytes = Buffer.from(input, 'latin1');
  const feed = (cuts: Iterable<number>): string | null =>
    feedPieces(target, setting, { reading, bytes }, cuts);
  const first = feed([]) ?? feed(cutsOf(sizes, bytes.length)) ?? feed(cutsOf([1], bytes.length));
  if (first !== null) return first;
  const step = Math.ceil(bytes.length ** 2 / bytesForCuts);
  for (let at = 1; at < bytes.length; at += step) {
    const found = feed([at]);
    if (found !== null) return found;
  }
  return null;
}

function* cutsOf(sizes: readonly number[], length: number): Iterable<number> {
  let at = 0;
  // Long inputs in fewer, larger pieces: a held head is read again with each.
  const factor = Math.ceil(length ** 2 / 4_000_000);
  for (let turn = 0; ; turn++) {
    at += (sizes[turn % sizes.length] ?? 1) * factor;
    if (at >= length) return;
    yield at;
  }
}

function feedPieces(
  target: TargetName,
  setting: Setting,
  { reading, bytes }: { reading: Reading; bytes: Buffer },
  cuts: Iterable<number>,
): string | null {
  const subject = subjectOf(target, setting);
  let start = 0;
  const feed = (end: number): string | null => {
    // A copy: pieces do not lie side by side in memory.
    subject.feed(Buffer.from(bytes.subarray(start, end)));
    start = end;
    return difference(subject.told(), reading.after(end), end);
  };
  for (const cut of cuts) {
    const found = feed(cut);
    if (found !== null) return found;
  }
  return feed(bytes.length);
}

function difference(told: ReturnType<Reading['after']>, wanted: typeof told, length: number): string | null {
  const count = Math.max(told.events.length, wanted.events.length);
  for (let index = 0; index < count; index++) {
    const [has, should] = [told.events[index] ?? 'nothing', wanted.events[index] ?? 'nothing'];
    if (has !== should) return `after ${length} bytes, event ${index}\n  proxy:  ${has}\n  oracle: ${should}`;
  }
  if (told.body === wanted.body) return null;
  return `after ${length} bytes, body\n  proxy:  ${JSON.stringify(told.body)}\n  oracle: ${JSON.stringify(wanted.body)}`;
}
