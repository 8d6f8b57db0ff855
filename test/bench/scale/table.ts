import type { LiveFigures, StallFigures } from './changes.ts';
import type { FirstSync } from './product.ts';
import type { RotateFigures } from './rotate.ts';

/** All that was measured with one number of routes; null for what was not. */
export interface SizeFigures {
  readonly kind: string;
  readonly routes: number;
  readonly sync: FirstSync;
  readonly live: LiveFigures | null;
  readonly stalls: StallFigures | null;
  readonly flood: StallFigures | null;
  readonly rotate: RotateFigures | null;
  readonly nginx: RotateFigures | null;
}

type Row = readonly [label: string, value: (figures: SizeFigures) => string];

const rows: readonly Row[] = [
  ['first sync to ready, s', ({ sync }) => number(sync.readyMs / 1000, 2)],
  ['CPU time of it, s', ({ sync }) => number(sync.cpuMs / 1000, 2)],
  [
    'RSS when ready / 3 s later, MiB',
    ({ sync }) => `${number(sync.residentReadyMiB)} / ${number(sync.residentLaterMiB)}`,
  ],
  ['one change live, p50 / p99 / longest, ms', ({ live }) => (live === null ? '–' : three(live))],
  [
    'its own "event to live": mean / p99 at most, ms',
    ({ live }) => (live === null ? '–' : `${number(live.ownMean, 1)} / ${live.ownP99}`),
  ],
  ['CPU time of one change, ms', ({ live }) => number(live?.cpuMs, 2)],
  ['1,000 changes a minute: longest loop delay, ms', ({ stalls }) => number(stalls?.loopMs, 1)],
  ['… a client meets, p50 / p99 / longest, ms', ({ stalls }) => (stalls === null ? '–' : three(stalls))],
  ['… cores used', ({ stalls }) => number(stalls?.cores, 2)],
  ['EndpointSlice changes a second', ({ flood }) => number(flood?.perSecond)],
  ['… longest loop delay, ms', ({ flood }) => number(flood?.loopMs, 1)],
  ['… a client meets, p50 / p99 / longest, ms', ({ flood }) => (flood === null ? '–' : three(flood))],
  ['… cores used', ({ flood }) => number(flood?.cores, 2)],
  ['CPU of a request, one host / all hosts, µs', ({ rotate }) => pair(rotate)],
  ['the same of nginx, µs', ({ nginx }) => pair(nginx)],
];

/** A table in Markdown, a column for each number of routes. */
export function table(all: readonly SizeFigures[]): string {
  const head = ['', ...all.map(({ kind, routes }) => `${routes.toLocaleString('en')} ${kind}`)];
  const lines = rows.map(([label, value]) => [label, ...all.map(value)]);
  return [head, ['---', ...all.map(() => '---:')], ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function three({ p50, p99, longest }: { p50: number; p99: number; longest: number }): string {
  return `${number(p50, 1)} / ${number(p99, 1)} / ${number(longest, 1)}`;
}

function pair(figures: RotateFigures | null): string {
  if (figures === null) return '–';
  const ratio = figures.allHosts / figures.oneHost;
  return `${number(figures.oneHost, 1)} / ${number(figures.allHosts, 1)} (${number(ratio, 2)} ×)`;
}

function number(value: number | undefined, digits = 0): string {
  return value === undefined ? '–' : value.toFixed(digits);
}
