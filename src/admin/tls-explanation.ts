import { isIP } from 'node:net';
import type { ObjectReference } from '../model/object-reference.ts';
import { formatReference } from '../model/object-reference.ts';
import type { ConnectionRefusal } from '../model/outcome.ts';
import type { Plan, PlanRoute } from '../model/plan.ts';
import {
  defaultTlsOptions,
  defaultTlsOptionsId,
  type MaterialId,
  type PlanTlsHost,
  type PlanTlsOptions,
  selfSignedId,
  type TlsOptionsId,
} from '../model/plan-tls.ts';
import { tlsEntryFor } from '../routing/tls-host.ts';

/** What is known of a certificate in use. */
export interface KnownCertificate {
  readonly secret: ObjectReference;
  readonly material: MaterialId;
  /** DNS names and addresses of subjectAltName, in lower case. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notAfterMs: number;
}

/** How the handshake before a request is answered; the names are API, as those of `ExplainedRequest`. */
export interface ExplainedTls {
  /** The host that the client names in its ClientHello; null for an address, which clients do not name. */
  readonly serverName: string | null;
  /** The entry that holds: the name itself, `*.PARENT`, empty for the one of whatever no other takes, null where there is none. */
  readonly host: string | null;
  readonly options: TlsOptionsId;
  /** The preferred first; null where they are not known, because Secrets were not among the files. */
  readonly certificates: readonly ExplainedCertificate[] | null;
  /** The certificate is the one that Fairlead signs itself. */
  readonly selfSigned: boolean;
  /** Why the handshake is refused, as metrics count it, and what is behind it; null where it is not. */
  readonly refused: ConnectionRefusal | null;
  readonly because: string | null;
  /** Why the request is answered with 421 on a connection that is made so; null where it is not. */
  readonly misdirected: string | null;
}

interface ExplainedCertificate {
  /** `Secret/NAMESPACE/NAME`; null where it is not known. */
  readonly secret: string | null;
  /** The beginning of the id that the plan has for it. */
  readonly material: string;
  readonly names: readonly string[];
  /** ISO 8601, UTC. */
  readonly notAfter: string | null;
}

/** A request over TLS, as far as its handshake is concerned. */
export interface TlsRequest {
  /** Of the URL, normalised: what the client connects to. */
  readonly urlHost: string;
  /** Of the request: that of the Host header where there is one. */
  readonly host: string;
  /** Null where no route takes it. */
  readonly route: PlanRoute | null;
}

interface Held {
  readonly host: string | null;
  readonly certificates: readonly MaterialId[];
  readonly options: TlsOptionsId;
}

const noEntry: Held = Object.freeze({
  host: null,
  certificates: Object.freeze([selfSignedId]),
  options: defaultTlsOptionsId,
});

/** Says how the handshake is answered, as the proxy threads do it. `known` is null where Secrets cannot be seen. */
export function explainTls(
  { urlHost, host, route }: TlsRequest,
  plan: Plan,
  known: readonly KnownCertificate[] | null,
): ExplainedTls {
  const entries = new Map((plan.tlsHosts ?? []).map((entry): [string, PlanTlsHost] => [entry.host, entry]));
  const heldFor = (name: string | null): Held => {
    const held = tlsEntryFor(entries, name) ?? noEntry;
    // Without its settings it serves nobody: it must not fall back to weaker ones.
    return optionsOf(plan, held.options) === null ? { ...held, certificates: [] } : held;
  };
  const serverName = isIP(urlHost) === 0 ? urlHost : null;
  const made = heldFor(serverName);
  const selfSigned = made.certificates.includes(selfSignedId);
  const certificates = made.certificates
    .filter((id) => id !== selfSignedId)
    .map((id) => certificateOf(id, known ?? [], route));
  const isUnknown = known === null && made.certificates.length === 0;
  const because = refusalOf(made, optionsOf(plan, made.options), isUnknown);
  return {
    serverName,
    host: made.host,
    options: made.options,
    certificates: isUnknown ? null : certificates,
    selfSigned,
    refused: because === null ? null : because === unnamed ? 'UnknownHost' : 'TlsHandshakeFailed',
    because,
    misdirected:
      because === null && route !== null
        ? misdirection({ made, serverName, certificates, isUnknown }, { host, route, own: heldFor(host) })
        : null,
  };
}

function optionsOf(plan: Plan, id: TlsOptionsId): PlanTlsOptions | null {
  const found = plan.tlsOptions?.find((options) => options.id === id);
  return found ?? (id === defaultTlsOptionsId ? defaultTlsOptions : null);
}

const unnamed = 'sniStrict is set, and no object names this host';

function refusalOf(made: Held, options: PlanTlsOptions | null, isUnknown: boolean): string | null {
  if (options === null) return `there is no TLSOption ${made.options}`;
  const { failure, sniStrict, clientAuth } = options;
  if (sniStrict && (made.host === null || made.host === '')) return unnamed;
  // Nobody can say of a Secret that was not given whether it is there.
  if (failure !== null && !(isUnknown && failure === 'SecretNotFound')) {
    return `the TLSOption ${made.options} cannot be used: ${failure}`;
  }
  if (made.certificates.length === 0 && !isUnknown) return 'no certificate that is for this host can be used';
  const verifies = ['VerifyClientCertIfGiven', 'RequireAndVerifyClientCert'].includes(clientAuth.mode);
  if (failure === null && verifies && clientAuth.authorities.length === 0) {
    return `the TLSOption ${made.options} verifies certificates of clients, and names no authority`;
  }
  return null;
}

interface Made {
  readonly made: Held;
  readonly serverName: string | null;
  readonly certificates: readonly ExplainedCertificate[];
  readonly isUnknown: boolean;
}

function misdirection(
  { made, serverName, certificates, isUnknown }: Made,
  { host, route, own }: { readonly host: string; readonly route: PlanRoute; readonly own: Held },
): string | null {
  const wanted = route.tlsOptions ?? own.options;
  if (wanted !== made.options) {
    const whose = route.tlsOptions === undefined ? 'the host of the request' : 'the route';
    return `${whose} has the TLSOption ${wanted}, and the connection ${made.options}`;
  }
  if (isUnknown || serverName === null || host === serverName) return null;
  if (own.certificates.join(' ') === made.certificates.join(' ')) return null;
  if (certificates.some(({ names, secret }) => secret === null || names.some((name) => covers(name, host)))) {
    return null;
  }
  return 'the host of the request has another certificate than the connection, whose own does not name it';
}

/** A wildcard stands for one label, and has two at least behind it. */
function covers(name: string, host: string): boolean {
  if (isIP(host) !== 0) return false;
  const dot = host.indexOf('.');
  return name === host || (dot > 0 && name === `*${host.slice(dot)}` && name.indexOf('.', 2) > 0);
}

/** Several Secrets may hold the same: the one beside the route is meant, if there is one. */
function certificateOf(
  material: MaterialId,
  known: readonly KnownCertificate[],
  route: PlanRoute | null,
): ExplainedCertificate {
  const holding = known.filter((one) => one.material === material);
  const beside = holding.find(({ secret }) => secret.namespace === route?.object.namespace);
  const found = beside ?? holding[0];
  return {
    secret: found === undefined ? null : formatReference(found.secret),
    material: material.slice(0, 12),
    names: found?.names ?? [],
    notAfter: found === undefined ? null : new Date(found.notAfterMs).toISOString(),
  };
}
