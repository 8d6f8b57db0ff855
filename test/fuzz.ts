// Looks for bytes that the proxy reads differently from the oracles of test/support/oracle, and from node:http2:
// `npm run fuzz -- --minutes 10 [--target NAME] [--seed N]`. What the first three targets find goes to test/corpus.
import { parseArgs } from 'node:util';
import { addToCorpus } from './support/fuzz/corpus.ts';
import { FrameRig, searchFrames } from './support/fuzz/frames.ts';
import { HpackRig, searchHpack } from './support/fuzz/hpack.ts';
import { search } from './support/fuzz/search.ts';
import { SocketRig, searchSockets } from './support/fuzz/sockets.ts';
import type { TargetName } from './support/fuzz/targets.ts';
import { searchUpstreamFrames, UpstreamRig } from './support/fuzz/upstream-frames.ts';

interface Found {
  readonly input: string;
  readonly difference: string;
}

/** A target that needs peers, which are started for it. */
interface Peers {
  readonly search: (seed: number, count: number) => Promise<Found | null>;
  readonly close: () => Promise<void>;
}

const parsers: Readonly<Record<string, TargetName>> = {
  head: 'request-head',
  chunks: 'chunks',
  response: 'response',
};
const mostFindings = 10;
const perRound = 1_000;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    target: { type: 'string', multiple: true },
    seed: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
const starts: Readonly<Record<string, () => Promise<Peers>>> = {
  sockets: async () => peers(await SocketRig.start(), searchSockets),
  hpack: async () => peers(await HpackRig.start(), searchHpack),
  frames: async () => peers(await FrameRig.start(), searchFrames),
  'upstream-frames': async () => peers(await UpstreamRig.start(), searchUpstreamFrames),
};
const names = [...Object.keys(parsers), ...Object.keys(starts)];
const targets = values.target ?? names;
if (!(minutes > 0) || targets.some((target) => !names.includes(target))) {
  console.error(`usage: npm run fuzz -- --minutes N [--target ${names.join('|')}] [--seed N]`);
  process.exit(2);
}

const deadline = performance.now() + minutes * 60_000;
let seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const tried = new Map<string, number>();
let findings = 0;
console.log(`seed ${seed}, ${minutes} min: ${targets.join(', ')}`);
const started = new Map<string, Peers>();
for (const target of targets) {
  const start = starts[target];
  if (start !== undefined) started.set(target, await start());
}
for (; performance.now() < deadline && findings < mostFindings; seed++) {
  for (const target of targets) await round(target);
}
for (const { close } of started.values()) await close();
for (const [target, count] of tried) console.log(`${target}: ${count} inputs`);
console.log(findings === 0 ? 'no difference found' : `${findings} differences found`);
process.exitCode = findings === 0 ? 0 : 1;

async function round(target: string): Promise<void> {
  tried.set(target, (tried.get(target) ?? 0) + perRound);
  const parser = parsers[target];
  if (parser === undefined) {
    const found = (await started.get(target)?.search(seed, perRound)) ?? null;
    if (found !== null) report(target, found.input, found.difference);
    return;
  }
  const found = search(parser, seed, perRound);
  if (found === null) return;
  const { setting, input } = found.trial;
  report(target, input, found.difference);
  console.log(`written to ${addToCorpus(parser, setting, input, 'found by fuzzing')}`);
}

function peers<T extends { close(): Promise<void> }>(
  rig: T,
  searchWith: (rig: T, seed: number, count: number) => Promise<Found | null>,
): Peers {
  return { search: (from, count) => searchWith(rig, from, count), close: () => rig.close() };
}

function report(target: string, input: string, difference: string): void {
  findings++;
  console.log(`\n${target}, seed ${seed}: ${JSON.stringify(input)}\n${difference}`);
}
