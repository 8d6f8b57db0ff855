import type { RouteId, ServiceKey } from './plan-keys.ts';

/** Protocols as metric labels. */
export type Protocol = 'http/1.0' | 'http/1.1' | 'http/2' | 'tcp' | 'udp';

/** Why an answer is our own and not an upstream's; the value of `X-Fairlead-Reason`. A closed set: it is a metric label. */
export const refusalReasons = {
  BadRequest: 400,
  AmbiguousFraming: 400,
  AmbiguousPath: 400,
  AddressNotAllowed: 403,
  NoRoute: 404,
  MethodNotAllowed: 405,
  RequestTimeout: 408,
  BodyTooLarge: 413,
  TargetTooLong: 414,
  ExpectationFailed: 417,
  TooManyConnections: 429,
  MisdirectedRequest: 421,
  HeadTooLarge: 431,
  ClientClosed: 499,
  RouteBroken: 500,
  InternalError: 500,
  NotImplemented: 501,
  UpstreamConnectFailed: 502,
  UpstreamTlsFailed: 502,
  UpstreamReset: 502,
  UpstreamBadResponse: 502,
  NoEndpoints: 503,
  Starting: 503,
  Draining: 503,
  Overloaded: 503,
  UpstreamTimeout: 504,
  HttpVersionNotSupported: 505,
  LoopDetected: 508,
} as const satisfies Record<string, number>;

export type RefusalReason = keyof typeof refusalReasons;

/**
 * The record of one finished request, connection of TCP, or session of UDP. Telemetry reads nothing else; the proxy reuses no field
 * after handing it over.
 */
export interface Outcome {
  readonly entryPoint: string;
  readonly protocol: Protocol;
  /** As sent; not safe as a label. Empty where no head could be read. */
  readonly method: string;
  /** As sent; not safe as a label. Of TCP the host that a ClientHello names. */
  readonly host: string;
  /** The target as sent, query included. */
  readonly target: string;
  readonly clientIp: string;
  readonly userAgent: string;
  readonly route: RouteId | null;
  readonly service: ServiceKey | null;
  /** `ADDRESS:PORT` of the endpoint that answered, or was tried last. */
  readonly endpoint: string | null;
  /**
   * Of the final answer; 499 where the client left before it. Connections of TCP and sessions of UDP have none: 0, or what an answer
   * would have had that failed for the same reason.
   */
  readonly status: number;
  /** Null where the answer is the upstream's. */
  readonly reason: RefusalReason | null;
  /** Bodies only, in bytes. */
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Milliseconds since the epoch, when the first byte of the head came. */
  readonly startedAt: number;
  /** From the first byte of the head to the last byte of the answer, in milliseconds. */
  readonly durationMs: number;
  /** From choosing an endpoint to the head of its answer, of TCP to the connection, in milliseconds; null where none came. */
  readonly upstreamMs: number | null;
  /** Times that another endpoint was tried. */
  readonly retries: number;
  /** Why the last of them was made; absent means that the endpoint could not be connected to. */
  readonly retryReason?: RefusalReason;
}

/**
 * Why a connection is closed before anything is read of it as HTTP, or passed on as TCP, or a datagram of a new client is dropped. A
 * closed set: it is a metric label.
 */
export const connectionRefusals = [
  'UntrustedPeer',
  'BadProxyHeader',
  'ProxyHeaderTimeout',
  'TlsHandshakeFailed',
  'TlsHandshakeTimeout',
  'UnknownHost',
  'TooManySessions',
  'NoUpstream',
] as const;

export type ConnectionRefusal = (typeof connectionRefusals)[number];

/** What a proxy thread tells telemetry. `telemetry/thread-recorder.ts` implements it; calls must not throw. */
export interface Recorder {
  finished(outcome: Outcome): void;
  connectionOpened(entryPoint: string, protocol: Protocol): void;
  connectionClosed(entryPoint: string, protocol: Protocol): void;
  connectionRefused(entryPoint: string, reason: ConnectionRefusal): void;
}
