import type { OwnLimits, SettableLimits } from './limits.ts';

/** All that can be set, complete and frozen. `config/` makes it from flags, environment, file and defaults. */
export interface Settings {
  /** By name. */
  readonly entryPoints: readonly EntryPoint[];
  readonly metrics: ListenAddress;
  readonly admin: ListenAddress;
  /** Number of proxy threads; at least 1. */
  readonly workers: number;
  readonly kubeconfig: string | null;
  readonly context: string | null;
  /** Empty means all. */
  readonly namespaces: readonly string[];
  readonly ingressClass: string;
  readonly selector: string | null;
  /** `NAMESPACE/NAME` of the Service whose addresses go into `status.loadBalancer`. */
  readonly publishService: string | null;
  readonly publishAddresses: readonly string[];
  /** `NAMESPACE/NAME` of the Lease whose holder writes; `off` for every replica; null for the one of the ingress class. */
  readonly lease: string | null;
  readonly allowCrossNamespace: boolean;
  readonly allowExternalNames: boolean;
  /** CIDR blocks whose `X-Forwarded-*` and PROXY headers are believed. */
  readonly trustedIps: readonly string[];
  /** How long to keep accepting after SIGTERM, in seconds. */
  readonly drainSeconds: number;
  /** How long to wait for requests in flight, in seconds. */
  readonly graceSeconds: number;
  readonly logLevel: LogLevel;
  readonly logFormat: 'json' | 'pretty';
  readonly accessLog: AccessLogFormat;
  /** Leaves out `X-Fairlead-Reason`. */
  readonly hideReason: boolean;
  /** For the whole process; an entry point's own win. */
  readonly limits: SettableLimits;
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof logLevels)[number];

/** `dev` is the short line for people that the command `dev` prints; it cannot be asked for by flag. */
export type AccessLogFormat = 'off' | 'json' | 'common' | 'dev';

export interface ListenAddress {
  /** Empty means every address of the machine. */
  readonly host: string;
  /** 0 means any free one. */
  readonly port: number;
}

/** A named address that takes requests. */
export interface EntryPoint extends ListenAddress {
  readonly name: string;
  /** Every route on it is a TLS route. */
  readonly tls: boolean;
  /** Takes datagrams, and no connections. Absent means false. */
  readonly udp?: boolean;
  /** It is not meant by routes that name no entry point. Absent means false. */
  readonly namedOnly?: boolean;
  /** Every connection begins with a PROXY header of a trusted peer. Absent means false. */
  readonly proxyProtocol?: boolean;
  /** Limits that hold here in place of those of all entry points. */
  readonly limits?: OwnLimits;
}
