import { parseArgs } from 'node:util';

const allKinds = ['ingressroute', 'ingress'] as const;
const allParts = ['sync', 'live', 'stalls', 'flood', 'rotate', 'nginx'] as const;

export type RouteKind = (typeof allKinds)[number];
export type Part = (typeof allParts)[number];

/** What a run measures. */
export interface Options {
  /** Numbers of routes. */
  readonly sizes: readonly number[];
  readonly kinds: readonly RouteKind[];
  /** `sync` is always measured. */
  readonly parts: readonly Part[];
  readonly workers: number;
  /** Of each of the parts that take time. */
  readonly seconds: number;
  /** Folder for CPU profiles; null for none. */
  readonly profiles: string | null;
  /** Where all figures go. */
  readonly json: string | null;
}

export const usage = `npm run bench:scale -- [OPTION]…
  --sizes N,…      numbers of routes, 1 to 200000 (1,1000,10000,100000)
  --kinds NAME,…   of ${allKinds.join(', ')} (ingressroute); an Ingress has 5 routes
  --parts NAME,…   of ${allParts.join(', ')} (all)
  --workers N      proxy threads, 1 to 8 (2); the part rotate always has a run with one
  --seconds N      how long each part lasts, 1 to 60 (5)
  --profiles DIR   writes CPU profiles of the product; the figures suffer
  --json FILE      all figures
`;

/** Reads the words of the command line. @throws an Error that says what is wrong with them */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      sizes: { type: 'string', default: '1,1000,10000,100000' },
      kinds: { type: 'string', default: 'ingressroute' },
      parts: { type: 'string', default: allParts.join(',') },
      workers: { type: 'string', default: '2' },
      seconds: { type: 'string', default: '5' },
      profiles: { type: 'string' },
      json: { type: 'string' },
    },
  });
  return {
    sizes: values.sizes.split(',').map((text) => whole('sizes', text, 200_000)),
    kinds: chosen('kind', allKinds, values.kinds),
    parts: chosen('part', allParts, values.parts),
    workers: whole('workers', values.workers, 8),
    seconds: whole('seconds', values.seconds, 60),
    profiles: values.profiles ?? null,
    json: values.json ?? null,
  };
}

function chosen<Name extends string>(what: string, all: readonly Name[], text: string): readonly Name[] {
  const unknown = text.split(',').find((name) => !all.some((each) => each === name));
  if (unknown !== undefined) throw new Error(`there is no ${what} called ${JSON.stringify(unknown)}`);
  return all.filter((name) => text.split(',').includes(name));
}

function whole(name: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Error(`--${name} takes whole numbers from 1 to ${most}, got ${JSON.stringify(text)}`);
}
