import {
  type CaseTurns,
  costOf,
  type IdleTurn,
  type LoadTurn,
  type PeerTurns,
  ratioOf,
  type Spread,
  spreadOf,
} from './figures.ts';

/** The figures of a case as a table for people: medians over the rounds, and the spread of what counts. */
export function formatCase({ title, reference, peers }: CaseTurns): string {
  const one = peers.find(({ peer }) => peer === reference);
  const idle = peers.some(({ turns }) => turns.some((turn) => turn?.kind === 'idle'));
  const head = [...(idle ? idleHead : loadHead), `× ${reference} (min–median–max)`];
  const rows = peers.map((own) => [
    own.peer,
    ...(idle ? idleCells(own) : loadCells(own)),
    ratioCell(own, one),
  ]);
  const notes = peers.flatMap(noteOf);
  return [`\n${title}\n`, ...alignColumns([head, ...rows]), ...notes].join('\n');
}

const loadHead = [
  ...['', 'CPU µs/request', 'of it kernel', 'requests/s', 'core busy %', 'p50 ms', 'p99 ms', 'RSS MiB'],
];
const idleHead = ['', 'KiB/connection', 'connections', 'RSS before MiB', 'RSS MiB'];

function loadCells({ turns }: PeerTurns): readonly string[] {
  const loads = turns.filter((turn): turn is LoadTurn => turn?.kind === 'load');
  const median = (read: (turn: LoadTurn) => number, digits: number): string =>
    middle(loads.map(read), digits);
  return [
    spread(spreadOf(loads.map(costOf)), 1),
    median((turn) => turn.systemPerRequest, 1),
    median((turn) => turn.requestsPerSecond, 0),
    median((turn) => turn.busy * 100, 0),
    median((turn) => turn.p50 / 1000, 2),
    median((turn) => turn.p99 / 1000, 2),
    median((turn) => turn.residentBytes / 2 ** 20, 0),
  ];
}

function idleCells({ turns }: PeerTurns): readonly string[] {
  const idles = turns.filter((turn): turn is IdleTurn => turn?.kind === 'idle');
  const median = (read: (turn: IdleTurn) => number, digits: number): string =>
    middle(idles.map(read), digits);
  return [
    spread(spreadOf(idles.map((turn) => turn.bytesPerConnection / 1024)), 1),
    median((turn) => turn.connections, 0),
    median((turn) => turn.residentBefore / 2 ** 20, 0),
    median((turn) => turn.residentBytes / 2 ** 20, 0),
  ];
}

function ratioCell(own: PeerTurns, one: PeerTurns | undefined): string {
  return spread(ratioOf(own, one), 2);
}

function noteOf({ peer, turns, problem }: PeerTurns): readonly string[] {
  const errors = turns.reduce((sum, turn) => sum + (turn?.kind === 'load' ? turn.errors : 0), 0);
  const notes = errors === 0 ? [] : [`${peer}: ${errors} requests failed`];
  return problem === null ? notes : [...notes, `${peer}: left the case, because it ${problem}`];
}

function middle(values: readonly number[], digits: number): string {
  const median = spreadOf(values)?.median;
  return median === undefined ? '—' : number(median, digits);
}

function spread(of: Spread | null, digits: number): string {
  if (of === null) return '—';
  return [of.min, of.median, of.max].map((value) => number(value, digits)).join('–');
}

/** Digits behind the point are left off where there are many before it. */
function number(value: number, digits: number): string {
  return value.toFixed(value < 1000 ? digits : 0);
}

/** The first column to the left, the others to the right. */
function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}
