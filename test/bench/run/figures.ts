/** What one proxy did in one round of one case. */
export type Turn = LoadTurn | IdleTurn;

export interface LoadTurn {
  readonly kind: 'load';
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** CPU time of all processes of the proxy, in microseconds per request. */
  readonly cpuPerRequest: number;
  /** The part of it that the kernel used. */
  readonly systemPerRequest: number;
  /** CPU time over wall time: 1 is one core, fully busy. */
  readonly busy: number;
  /** Microseconds. */
  readonly p50: number;
  readonly p99: number;
  /** At the end of the turn. */
  readonly residentBytes: number;
  readonly errors: number;
}

export interface IdleTurn {
  readonly kind: 'idle';
  /** Connections that were really held. */
  readonly connections: number;
  readonly residentBefore: number;
  readonly residentBytes: number;
  readonly bytesPerConnection: number;
}

/** All turns of one proxy in one case, by round. A round without a turn is null: the proxy failed in it. */
export interface PeerTurns {
  readonly peer: string;
  readonly turns: readonly (Turn | null)[];
  /** What went wrong; null where nothing did. */
  readonly problem: string | null;
}

export interface CaseTurns {
  readonly name: string;
  readonly title: string;
  /** The proxy whose cost is 1. */
  readonly reference: string;
  readonly peers: readonly PeerTurns[];
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Of at least one value; null where there is none. */
export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (low === undefined || high === undefined) return null;
  return { min: sorted[0] ?? low, median: (low + high) / 2, max: sorted.at(-1) ?? high };
}

/** What counts in a turn: CPU per request, or memory per connection. */
export function costOf(turn: Turn): number {
  return turn.kind === 'load' ? turn.cpuPerRequest : turn.bytesPerConnection;
}

/** The cost of a proxy as a multiple of another's in the same round, over all rounds that both have. */
export function ratioOf(own: PeerTurns, other: PeerTurns | undefined): Spread | null {
  const ratios = own.turns.flatMap((turn, round) => {
    const against = other?.turns[round] ?? null;
    return turn === null || against === null ? [] : [costOf(turn) / costOf(against)];
  });
  return spreadOf(ratios);
}
