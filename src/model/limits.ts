/** What a limit is counted in. Times are milliseconds in code, and durations such as `10s` where people write them. */
export type LimitUnit = 'time' | 'bytes' | 'count' | 'bytesPerSecond';

/** One limit that can be set. */
export interface LimitEntry {
  /** Name of the flag, and of the option of an entry point. */
  readonly flag: string;
  readonly unit: LimitUnit;
  /** Smallest and largest value, both allowed. */
  readonly least: number;
  readonly most: number;
  readonly byDefault: number;
  /** What 0 means where it is allowed though it is less than `least`. */
  readonly zero?: string;
  /** Whether an entry point may have a value of its own. */
  readonly scope: 'entryPoint' | 'global';
  /** One or two sentences for help and reference. */
  readonly meaning: string;
}

const minute = 60_000;
const day = 24 * 60 * minute;
const mebibyte = 1_048_576;

/**
 * Every limit that can be set, by its name in code: the one source of flags, options of entry points, help, reference and
 * defaults.
 */
export const limitTable = Object.freeze({
  headBytes: {
    flag: 'head-size',
    unit: 'bytes',
    least: 1_024,
    most: mebibyte,
    byDefault: 16_384,
    scope: 'entryPoint',
    meaning: 'Largest request head. Above: 431.',
  },
  lineBytes: {
    flag: 'header-line-size',
    unit: 'bytes',
    least: 256,
    most: mebibyte,
    byDefault: 8_192,
    scope: 'entryPoint',
    meaning: 'Longest header line of a request. Above: 431.',
  },
  targetBytes: {
    flag: 'target-size',
    unit: 'bytes',
    least: 64,
    most: mebibyte,
    byDefault: 8_192,
    scope: 'entryPoint',
    meaning: 'Longest request target, query included. Above: 414.',
  },
  headerCount: {
    flag: 'header-count',
    unit: 'count',
    least: 1,
    most: 10_000,
    byDefault: 100,
    scope: 'entryPoint',
    meaning: 'Most header lines of a request. Above: 431.',
  },
  headMs: {
    flag: 'head-timeout',
    unit: 'time',
    least: 10,
    most: 60 * minute,
    byDefault: 10_000,
    scope: 'entryPoint',
    meaning:
      'Longest time from the first byte of a request head, or from a new connection, to its end. Then 408.',
  },
  bodyIdleMs: {
    flag: 'body-idle-timeout',
    unit: 'time',
    least: 10,
    most: day,
    byDefault: 30_000,
    zero: 'turns it off',
    scope: 'entryPoint',
    meaning: 'Longest silence of a client inside a request body. Then 408.',
  },
  bodyRate: {
    flag: 'body-min-rate',
    unit: 'bytesPerSecond',
    least: 1,
    most: mebibyte,
    byDefault: 240,
    zero: 'turns it off',
    scope: 'entryPoint',
    meaning:
      'Slowest request body, in bytes per second on average, once its first 10s are over. Below: 408. Time in which an upstream holds the client back does not count.',
  },
  keepAliveMs: {
    flag: 'keep-alive-timeout',
    unit: 'time',
    least: 10,
    most: day,
    byDefault: minute,
    scope: 'entryPoint',
    meaning:
      'How long a client connection may be idle between two requests, 10 % more or less by chance for each connection.',
  },
  keepAliveRequests: {
    flag: 'keep-alive-requests',
    unit: 'count',
    least: 1,
    most: 1_000_000_000,
    byDefault: 10_000,
    zero: 'means any number',
    scope: 'entryPoint',
    meaning: 'Most requests of one client connection; the answer to the last one says that it closes.',
  },
  streams: {
    flag: 'http2-streams',
    unit: 'count',
    least: 1,
    most: 10_000,
    byDefault: 100,
    scope: 'entryPoint',
    meaning:
      'Most requests of one HTTP/2 connection at a time. More are refused, and clients may send those again.',
  },
  clientStallMs: {
    flag: 'client-stall-timeout',
    unit: 'time',
    least: 10,
    most: day,
    byDefault: minute,
    scope: 'entryPoint',
    meaning:
      'How long a client, or an upstream of a WebSocket or of TCP, may take nothing of what waits for it. Then its connection is closed.',
  },
  connections: {
    flag: 'max-connections',
    unit: 'count',
    least: 1,
    most: 10_000_000,
    byDefault: 20_000,
    scope: 'entryPoint',
    meaning:
      'Most client connections of the process, or of an entry point besides, shared out evenly to the proxy threads. At the limit idle ones are closed, then accepting pauses. Where it is not set, no more than 80 % of the open-file limit allows, at two files for each.',
  },
  connectMs: {
    flag: 'upstream-connect-timeout',
    unit: 'time',
    least: 10,
    most: 10 * minute,
    byDefault: 2_000,
    scope: 'global',
    meaning: 'Longest time to connect to an endpoint. Then another one is tried once, else 502.',
  },
  firstByteMs: {
    flag: 'upstream-first-byte-timeout',
    unit: 'time',
    least: 10,
    most: day,
    byDefault: minute,
    zero: 'turns it off',
    scope: 'global',
    meaning: 'Longest time from the end of a request to the head of its answer. Then 504.',
  },
  answerIdleMs: {
    flag: 'upstream-idle-timeout',
    unit: 'time',
    least: 10,
    most: day,
    byDefault: 5 * minute,
    zero: 'turns it off',
    scope: 'global',
    meaning: 'Longest silence of an upstream inside an answer. Then the client connection is reset.',
  },
  poolIdleMs: {
    flag: 'upstream-keep-alive-timeout',
    unit: 'time',
    least: 10,
    most: day,
    byDefault: 50_000,
    scope: 'global',
    meaning:
      'How long an unused connection to an endpoint is kept; less where the endpoint says in Keep-Alive that it closes sooner.',
  },
  poolIdleCount: {
    flag: 'upstream-keep-alive-connections',
    unit: 'count',
    least: 0,
    most: 100_000,
    // As many as the streams of some busy HTTP/2 clients: what does not fit is opened and closed again for each request.
    byDefault: 1_024,
    scope: 'global',
    meaning: 'Most unused connections that one proxy thread keeps to one endpoint.',
  },
  tunnelIdleMs: {
    flag: 'tunnel-idle-timeout',
    unit: 'time',
    least: 10,
    most: 7 * day,
    byDefault: 60 * minute,
    zero: 'turns it off',
    scope: 'global',
    meaning:
      'Longest silence in both directions of a WebSocket, or of a connection of TCP. Then both of its connections are closed.',
  },
  udpSessionMs: {
    flag: 'udp-session-timeout',
    unit: 'time',
    least: 10,
    most: day,
    byDefault: 3_000,
    scope: 'entryPoint',
    meaning: 'Longest silence in both directions of a session of UDP. Then it is over.',
  },
  udpSessions: {
    flag: 'udp-sessions',
    unit: 'count',
    least: 1,
    most: 1_000_000,
    byDefault: 4_096,
    scope: 'entryPoint',
    meaning:
      'Most sessions of UDP of an entry point, shared out evenly to the proxy threads. At the limit those whose client has sent a single datagram make room, the oldest first; else new clients get nothing. Where it is not set, no more than 10 % of the open-file limit.',
  },
  udpClientSessions: {
    flag: 'udp-client-sessions',
    unit: 'count',
    least: 1,
    most: 1_000_000,
    byDefault: 1_024,
    scope: 'entryPoint',
    meaning: 'Most sessions of UDP of one client address, shared out in the same way.',
  },
  overloadMs: {
    flag: 'overload-delay',
    unit: 'time',
    least: 10,
    most: minute,
    byDefault: 100,
    zero: 'turns it off',
    scope: 'global',
    meaning:
      'How long requests may wait for a proxy thread, on and on, before it refuses what it cannot do with 503.',
  },
} as const satisfies Record<string, LimitEntry>);

export type LimitKey = keyof typeof limitTable;

/** A value for every limit that can be set: times in milliseconds, sizes in bytes, rates in bytes per second. */
export type SettableLimits = { readonly [Key in LimitKey]: number };

/** Limits that an entry point has for itself. */
export type OwnLimits = Partial<SettableLimits>;

/** All names, in the order of the table. */
export const limitKeys: readonly LimitKey[] = Object.freeze(Object.keys(limitTable) as LimitKey[]);

/** The entry of a name. */
export function limitEntry(key: LimitKey): LimitEntry {
  return limitTable[key];
}

/** Makes one value for each limit. */
export function eachLimit<Value>(make: (key: LimitKey) => Value): { readonly [Key in LimitKey]: Value } {
  return Object.fromEntries(limitKeys.map((key) => [key, make(key)])) as {
    readonly [Key in LimitKey]: Value;
  };
}

/** What holds where nothing is set. */
export const settableDefaults: SettableLimits = Object.freeze(eachLimit((key) => limitTable[key].byDefault));
