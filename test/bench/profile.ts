/**
 * Says where the time of a CPU profile went: `node test/bench/profile.ts FILE.cpuprofile`. `npm run bench -- --profiles DIR` writes
 * profiles; in the name of the file, the number before the last is the thread: 0 is the control thread, 1 the first proxy thread.
 */
import { readFileSync } from 'node:fs';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

/** The parts of the format of Chrome DevTools (Profiler.Profile) that are read here; times in microseconds. */
interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const shown = 40;

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('usage: node test/bench/profile.ts FILE.cpuprofile\n');
  process.exitCode = 2;
} else {
  print(JSON.parse(readFileSync(file, 'utf8')) as Profile);
}

function print({ nodes, samples, timeDeltas }: Profile): void {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const byFunction = new Map<string, number>();
  const byFile = new Map<string, number>();
  let busy = 0;
  samples.forEach((id, index) => {
    const frame = byId.get(id)?.callFrame;
    if (frame === undefined || frame.functionName === '(idle)') return;
    const time = timeDeltas[index] ?? 0;
    const place = frame.url === '' ? 'native code' : frame.url.replace(/^.*\/(?=(src|node_modules)\/)/, '');
    const name = `${frame.functionName || '(anonymous)'}  ${place}:${frame.lineNumber + 1}`;
    busy += time;
    byFunction.set(name, (byFunction.get(name) ?? 0) + time);
    byFile.set(place, (byFile.get(place) ?? 0) + time);
  });
  console.log(`${(busy / 1e6).toFixed(1)} s of work; self time in % of it\n`);
  for (const times of [byFile, byFunction]) console.log(`${list(times, busy)}\n`);
}

function list(times: ReadonlyMap<string, number>, busy: number): string {
  const rows = [...times].toSorted((a, b) => b[1] - a[1]).slice(0, shown);
  return rows.map(([name, time]) => `${((time / busy) * 100).toFixed(1).padStart(5)}  ${name}`).join('\n');
}
