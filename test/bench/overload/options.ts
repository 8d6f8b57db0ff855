import { parseArgs } from 'node:util';

/** What a run measures, and how. */
export interface Options {
  /** Multiples of the capacity. */
  readonly loads: readonly number[];
  readonly seconds: number;
  /** Headers that the middleware of the route looks for. */
  readonly edits: number;
  readonly workers: number;
  /** Requests a second; null where it is to be measured. */
  readonly capacity: number | null;
  readonly flags: readonly string[];
  /** Where all figures go. */
  readonly json: string | null;
}

export const usage = `npm run bench:overload -- [OPTION]…
  --loads N,…      multiples of the capacity (0.8,1,2,3,5,0.8)
  --seconds N      how long each is measured (8)
  --edits N        headers that the middleware looks for (600)
  --capacity N     requests a second to count as capacity, instead of measuring it
  --workers N      proxy threads (1)
  --flag=FLAG      one more flag of fairlead run, may be repeated
  --json FILE      all figures
`;

/** Throws a sentence where an option is not understood. */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      loads: { type: 'string', default: '0.8,1,2,3,5,0.8' },
      seconds: { type: 'string', default: '8' },
      edits: { type: 'string', default: '600' },
      workers: { type: 'string', default: '1' },
      capacity: { type: 'string' },
      flag: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
    },
  });
  return {
    loads: values.loads.split(',').map((text) => number('--loads', text, 0.01, 20)),
    seconds: number('--seconds', values.seconds, 1, 60),
    edits: number('--edits', values.edits, 0, 10_000),
    workers: number('--workers', values.workers, 1, 8),
    capacity: values.capacity === undefined ? null : number('--capacity', values.capacity, 1, 1e6),
    flags: values.flag,
    json: values.json ?? null,
  };
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (value >= least && value <= most) return value;
  throw new Error(`${name}: expected a number from ${least} to ${most}, got ${JSON.stringify(text)}`);
}
