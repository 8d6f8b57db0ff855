// Looks for bytes that the proxy reads differently from the oracles of test/support/oracle:
// `npm run fuzz -- --minutes 10 [--target head|chunks|response|sockets] [--seed N]`. What it finds goes to test/corpus.
import { parseArgs } from 'node:util';
import { addToCorpus } from './support/fuzz/corpus.ts';
import { search } from './support/fuzz/search.ts';
import { SocketRig, searchSockets } from './support/fuzz/sockets.ts';
import type { TargetName } from './support/fuzz/targets.ts';

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
const targets = values.target ?? [...Object.keys(parsers), 'sockets'];
const unknown = targets.filter((target) => !(target in parsers) && target !== 'sockets');
if (!(minutes > 0) || unknown.length > 0) {
  console.error('usage: npm run fuzz -- --minutes N [--target head|chunks|response|sockets] [--seed N]');
  process.exit(2);
}

const deadline = performance.now() + minutes * 60_000;
let seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const tried = new Map<string, number>();
let findings = 0;
console.log(`seed ${seed}, ${minutes} min: ${targets.join(', ')}`);
const rig = targets.includes('sockets') ? await SocketRig.start() : null;
for (; performance.now() < deadline && findings < mostFindings; seed++) {
  for (const target of targets) await round(target);
}
await rig?.close();
for (const [target, count] of tried) console.log(`${target}: ${count} inputs`);
console.log(findings === 0 ? 'no difference found' : `${findings} differences found`);
process.exitCode = findings === 0 ? 0 : 1;

async function round(target: string): Promise<void> {
  tried.set(target, (tried.get(target) ?? 0) + perRound);
  const parser = parsers[target];
  if (parser === undefined) {
    const found = rig === null ? null : await searchSockets(rig, seed, perRound);
    if (found !== null) report(target, found.input, found.difference);
    return;
  }
  const found = search(parser, seed, perRound);
  if (found === null) return;
  const { setting, input } = found.trial;
  report(target, input, found.difference);
  console.log(`written to ${addToCorpus(parser, setting, input, 'found by fuzzing')}`);
}

function report(target: string, input: string, difference: string): void {
  findings++;
  console.log(`\n${target}, seed ${seed}: ${JSON.stringify(input)}\n${difference}`);
}
