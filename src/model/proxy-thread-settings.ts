import type { SettableLimits } from './limits.ts';
import type { AccessLogFormat, EntryPoint, LogLevel } from './settings.ts';
import type { SharedCounts } from './shared-counts.ts';

/** What a proxy thread is started with. Plain data: it crosses to another thread. */
export interface ProxyThreadSettings {
  /** 0, 1, 2, … A thread that replaces a crashed one has the same. */
  readonly index: number;
  readonly entryPoints: readonly EntryPoint[];
  /** Whether several threads open the same ports. */
  readonly reusePort: boolean;
  readonly trustedIps: readonly string[];
  readonly hideReason: boolean;
  /** Of numbers of connections and sessions the share of this thread. */
  readonly limits: SettableLimits;
  readonly accessLog: AccessLogFormat;
  /** Whether lines for people may have colours. */
  readonly colours: boolean;
  readonly logLevel: LogLevel;
  readonly logFormat: 'json' | 'pretty';
  /** What `X-Forwarded-Server` says. */
  readonly hostName: string;
  /** Where the thread counts; the control thread reads it at each scrape. */
  readonly counters: SharedArrayBuffer;
  /** Where it counts the connections of clients together with the other threads. */
  readonly sharedCounts: SharedCounts;
}
