import type { DiagnosticCode } from './diagnostic.ts';

/**
 * SHA-256 in hex of certificates and keys: what goes by one id never changes. The plan names material by it and never holds any.
 */
export type MaterialId = string;

/** The material that serves hosts for which nobody has given a certificate: a pair that the control thread makes and signs itself. */
export const selfSignedId: MaterialId = 'self-signed';

/** `NAMESPACE/NAME` of a TLSOption, with `traefik.io/` before it for one of Traefik's group; `default` where none is named. */
export type TlsOptionsId = string;

/** The settings that hold where no others do. */
export const defaultTlsOptionsId = 'default';

/** How a handshake that names a host is answered. */
export interface PlanTlsHost {
  /** In lower case without a last dot; `*.example.com` for one label more; empty for whatever no other entry takes. */
  readonly host: string;
  /** Certificates with their keys, the preferred first: one for each type of key is used. Empty refuses the handshake. */
  readonly certificates: readonly MaterialId[];
  readonly options: TlsOptionsId;
}

/** Versions as `node:tls` names them. */
export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** Go's `tls.ClientAuthType`, as TLSOption names it. */
export type ClientAuthMode =
  | 'NoClientCert'
  | 'RequestClientCert'
  | 'RequireAnyClientCert'
  | 'VerifyClientCertIfGiven'
  | 'RequireAndVerifyClientCert';

/** Settings of TLS connections from clients. */
export interface PlanTlsOptions {
  readonly id: TlsOptionsId;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  /** OpenSSL's names, for TLS 1.2 and below; empty means ours. */
  readonly cipherSuites: readonly string[];
  /** OpenSSL's names of groups; empty means ours. */
  readonly curves: readonly string[];
  /** In order of preference. */
  readonly alpn: readonly string[];
  readonly clientAuth: { readonly mode: ClientAuthMode; readonly authorities: readonly MaterialId[] };
  /** Handshakes that name no host of the plan are refused. */
  readonly sniStrict: boolean;
  readonly sessionTickets: boolean;
  /** Not null where the settings cannot be had: every handshake that they are for is refused. */
  readonly failure: DiagnosticCode | null;
}

export const defaultTlsOptions: PlanTlsOptions = Object.freeze({
  id: defaultTlsOptionsId,
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  cipherSuites: Object.freeze([]),
  curves: Object.freeze([]),
  alpn: Object.freeze(['h2', 'http/1.1']),
  clientAuth: Object.freeze({ mode: 'NoClientCert', authorities: Object.freeze([]) }),
  sniStrict: false,
  sessionTickets: true,
  failure: null,
});
