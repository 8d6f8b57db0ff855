import { parseArgs } from 'node:util';
import { peers } from '../peers/all.ts';
import type { Peer } from '../peers/peer.ts';
import { type Case, cases } from './cases.ts';

export interface Options {
  readonly cases: readonly Case[];
  readonly peers: readonly Peer[];
  readonly rounds: number;
  /** Of one load. */
  readonly seconds: number;
  /** Where the figures go as JSON; null for nowhere. */
  readonly json: string | null;
  /** Where the CPU profiles of Node.js go; null for none. */
  readonly profiles: string | null;
}

export const usage = `usage: npm run bench -- [OPTION…]
  --cases NAME,…    of ${cases.map(({ name }) => name).join(', ')}; default: all
  --peers NAME,…    of ${peers.map(({ name }) => name).join(', ')}; default: all
  --rounds N        how often each proxy has its turn in each case, 1 to 100; default: 5
  --seconds N       how long a turn lasts, 1 to 60; default: 3
  --json FILE       writes all figures as JSON
  --profiles DIR    writes CPU profiles of the proxies that run on Node.js; the figures suffer
`;

/** Reads the words of the command line. Throws an Error that says what is wrong with them. */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      cases: { type: 'string' },
      peers: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      json: { type: 'string' },
      profiles: { type: 'string' },
    },
  });
  return {
    cases: chosen('case', cases, values.cases),
    peers: chosen('peer', peers, values.peers),
    rounds: whole('rounds', values.rounds, 100),
    seconds: whole('seconds', values.seconds, 60),
    json: values.json ?? null,
    profiles: values.profiles ?? null,
  };
}

function chosen<Item extends { readonly name: string }>(
  what: string,
  all: readonly Item[],
  names: string | undefined,
): readonly Item[] {
  if (names === undefined) return all;
  const wanted = names.split(',');
  const unknown = wanted.find((name) => !all.some((item) => item.name === name));
  if (unknown !== undefined) throw new Error(`there is no ${what} called ${JSON.stringify(unknown)}`);
  return all.filter(({ name }) => wanted.includes(name));
}

function whole(name: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Error(`--${name} takes a whole number from 1 to ${most}, got ${JSON.stringify(text)}`);
}
