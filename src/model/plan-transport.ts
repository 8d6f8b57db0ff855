import type { DiagnosticCode } from './diagnostic.ts';
import type { MaterialId, TlsVersion } from './plan-tls.ts';

/**
 * `NAMESPACE/NAME` of a ServersTransport or `tcp/NAMESPACE/NAME` of a ServersTransportTCP, with `traefik.io/` before it for one of
 * Traefik's group.
 */
export type TransportId = string;

/** How upstreams are connected to, where a ServersTransport or ServersTransportTCP says so. */
export interface PlanTransport {
  readonly id: TransportId;
  /** What TLS names the upstream by, and holds its certificate against; null for the host of the request's service. */
  readonly serverName: string | null;
  readonly insecureSkipVerify: boolean;
  /** Null for the authorities that the system knows. */
  readonly authorities: readonly MaterialId[] | null;
  /** Certificates to show to the upstream. */
  readonly clientCertificates: readonly MaterialId[];
  readonly minVersion: TlsVersion | null;
  readonly maxVersion: TlsVersion | null;
  /** OpenSSL's names, for TLS 1.2 and below; empty means ours. */
  readonly cipherSuites: readonly string[];
  /** The upstream's certificate must hold one of these; empty means that its name decides. */
  readonly peerNames: readonly { readonly type: 'DNSName' | 'URI'; readonly value: string }[];
  /** Whether `h2` is offered. */
  readonly http2: boolean;
  /** Unused connections that are kept for one endpoint; null for the default, 0 for none. */
  readonly idleConnections: number | null;
  /** All in milliseconds; null for the limits of the settings, 0 for no limit. */
  readonly connectMs: number | null;
  readonly firstByteMs: number | null;
  readonly poolIdleMs: number | null;
  /** Silence after which an HTTP/2 connection is asked for a sign of life, and how long that may take. */
  readonly readIdleMs: number | null;
  readonly pingTimeoutMs: number | null;
  /** Of TCP only: version of the PROXY header, and how long the other side may go on after one has ended; -1 for ever. */
  readonly proxyProtocol: 0 | 1 | 2;
  readonly terminationDelayMs: number | null;
  /** Not null where the settings cannot be had: what uses them fails. */
  readonly failure: DiagnosticCode | null;
}

/** What holds where no transport is named; it has no id. */
export const defaultTransport: PlanTransport = Object.freeze({
  id: '',
  serverName: null,
  insecureSkipVerify: false,
  authorities: null,
  clientCertificates: Object.freeze([]),
  minVersion: null,
  maxVersion: null,
  cipherSuites: Object.freeze([]),
  peerNames: Object.freeze([]),
  http2: true,
  idleConnections: null,
  connectMs: null,
  firstByteMs: null,
  poolIdleMs: null,
  readIdleMs: null,
  pingTimeoutMs: null,
  proxyProtocol: 0,
  terminationDelayMs: null,
  failure: null,
});
