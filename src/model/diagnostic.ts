import type { ObjectReference } from './object-reference.ts';
import { byCodeUnit, byReference } from './order.ts';

export type Severity = 'error' | 'warning';

/** The status condition of an object that a diagnostic turns to False (errors only; warnings change none). */
export type DiagnosticCondition = 'Accepted' | 'ResolvedRefs';

interface DiagnosticKind {
  readonly severity: Severity;
  readonly condition: DiagnosticCondition;
  /** One sentence for the reference page: what it means and what becomes of the object. */
  readonly meaning: string;
}

/**
 * Every problem that Fairlead reports, and what it means. The code is the reason of a status condition, the label of
 * `fairlead_diagnostics`, and the word to search for in `docs/reference/codes.md`; codes are never reused.
 */
export const diagnosticKinds = {
  InvalidObject: {
    severity: 'error',
    condition: 'Accepted',
    meaning:
      'The object does not fit its schema. A route whose rule can be read answers 500; of the rest nothing is served.',
  },
  UnknownField: {
    severity: 'error',
    condition: 'Accepted',
    meaning:
      'The object has a field that its kind does not know, most often a misspelling. A route whose rule can be read answers 500.',
  },
  InvalidRule: {
    severity: 'error',
    condition: 'Accepted',
    meaning: 'The text of a rule cannot be understood; the route is set aside.',
  },
  InvalidValue: {
    severity: 'error',
    condition: 'Accepted',
    meaning:
      'A value has the right type but makes no sense where it stands. A route whose rule can be read answers 500.',
  },
  UnknownEntryPoint: {
    severity: 'error',
    condition: 'Accepted',
    meaning:
      'A route names an entry point that this Fairlead does not have, or that is not for routes of its kind; it is served on the others it names.',
  },
  FieldWithoutEffect: {
    severity: 'warning',
    condition: 'Accepted',
    meaning: 'The field is understood but has no effect in this version; the rest of the object is served.',
  },
  NotSupported: {
    severity: 'error',
    condition: 'Accepted',
    meaning:
      'The object asks for something this version cannot do, and serving it without would be wrong; the route answers 500.',
  },
  ServiceNotFound: {
    severity: 'error',
    condition: 'ResolvedRefs',
    meaning: 'A route names a Service that does not exist; the route answers 500.',
  },
  ServicePortNotFound: {
    severity: 'error',
    condition: 'ResolvedRefs',
    meaning: 'A route names a port that its Service does not have; the route answers 500.',
  },
  MiddlewareNotFound: {
    severity: 'error',
    condition: 'ResolvedRefs',
    meaning: 'A route names a Middleware that does not exist; the route answers 500.',
  },
  MiddlewareInvalid: {
    severity: 'error',
    condition: 'ResolvedRefs',
    meaning: 'A route names a Middleware that is itself in error; the route answers 500.',
  },
  ServersTransportNotFound: {
    severity: 'error',
    condition: 'ResolvedRefs',
    meaning: 'A service names a ServersTransport that does not exist; its route answers 500.',
  },
  ServersTransportInvalid: {
    severity: 'error',
    condition: 'ResolvedRefs',
    meaning:
      'A service names a ServersTransport that is itself in error, or whose Secrets cannot be used; its route answers 500.',
  },
  SecretNotFound: {
    severity: 'error',
    condition: 'ResolvedRefs',
    meaning:
      'An object names a Secret or ConfigMap that does not exist; handshakes that need what it holds are refused.',
  },
  SecretInvalid: {
    severity: 'error',
    condition: 'ResolvedRefs',
    meaning:
      'An object names a Secret that holds no certificate and key, or no authorities, that can be used. What the same Secret held before stays in use; without that, handshakes that need it are refused.',
  },
  SecretForbidden: {
    severity: 'error',
    condition: 'ResolvedRefs',
    meaning:
      'An object names a Secret of a namespace in which Fairlead may not read Secrets; handshakes that need it are refused. The hint is the command that allows it.',
  },
  CertificateExpiring: {
    severity: 'warning',
    condition: 'ResolvedRefs',
    meaning: 'The certificate of a Secret ends within 14 days. It is told once a day.',
  },
  CertificateExpired: {
    severity: 'warning',
    condition: 'ResolvedRefs',
    meaning:
      'The certificate of a Secret is not valid any more, or not yet. It is served all the same, and clients will refuse it.',
  },
  TlsOptionNotFound: {
    severity: 'error',
    condition: 'ResolvedRefs',
    meaning:
      'An object names a TLSOption that does not exist; handshakes for its hosts are refused, and its routes answer 500.',
  },
  TlsOptionInvalid: {
    severity: 'error',
    condition: 'ResolvedRefs',
    meaning:
      'An object names a TLSOption that is itself in error; handshakes for its hosts are refused, and its routes answer 500.',
  },
  TlsOptionsConflict: {
    severity: 'warning',
    condition: 'Accepted',
    meaning:
      'An older object names another TLSOption for the same host. That one holds, and routes of this object answer 421 there.',
  },
  TlsOptionsWithoutHost: {
    severity: 'warning',
    condition: 'Accepted',
    meaning:
      'A route names a TLSOption, but its rule names no host. TLS settings go by the host of the handshake, so the route takes requests only where that host has the same settings, and answers 421 elsewhere.',
  },
  WeakTls: {
    severity: 'warning',
    condition: 'Accepted',
    meaning: 'A TLSOption allows versions of TLS below 1.2, which are broken (RFC 8996).',
  },
  CrossNamespaceReference: {
    severity: 'error',
    condition: 'ResolvedRefs',
    meaning:
      'An object refers to one of another namespace, which neither a ReferenceGrant there nor a flag allows; the route answers 500, and below a parent it is not reached.',
  },
  ParentNotFound: {
    severity: 'error',
    condition: 'ResolvedRefs',
    meaning:
      'An IngressRoute names a parent in `parentRefs` that does not exist or is of another class; its routes are not reached through it.',
  },
  ParentInvalid: {
    severity: 'error',
    condition: 'ResolvedRefs',
    meaning:
      'A parent in `parentRefs` has no route without services that can be served; the routes below are not reached through it.',
  },
  UnreachableRoute: {
    severity: 'warning',
    condition: 'Accepted',
    meaning:
      'No request that the parents of a route leave to it satisfies its rule; the route is never reached.',
  },
  ParentCycle: {
    severity: 'error',
    condition: 'Accepted',
    meaning:
      'A parent in `parentRefs` leads back to the object through its own parents; that way is cut, others are served.',
  },
  ExternalNameService: {
    severity: 'error',
    condition: 'ResolvedRefs',
    meaning:
      'A route leads to a Service of type ExternalName, which is not allowed here; the route answers 500.',
  },
  NoEndpoints: {
    severity: 'warning',
    condition: 'ResolvedRefs',
    meaning: 'A Service has no ready endpoint; its routes answer 503 until it has.',
  },
  DuplicateRoute: {
    severity: 'warning',
    condition: 'Accepted',
    meaning: 'Another route with the same rule and priority takes precedence; this one is never reached.',
  },
} as const satisfies Record<string, DiagnosticKind>;

export type DiagnosticCode = keyof typeof diagnosticKinds;

/** A problem in a user's object. It becomes a status condition, an Event, a metric, a log line and a `check` line. */
export interface Diagnostic {
  readonly object: ObjectReference;
  /** Where in the object, as kubectl writes it: `spec.routes[0].match`; empty for the object as a whole. */
  readonly path: string;
  readonly severity: Severity;
  readonly code: DiagnosticCode;
  /** One sentence that names what is wrong, without the object and the path. */
  readonly message: string;
  /** What to do about it, where that can be said. */
  readonly hint?: string;
}

/** Makes a diagnostic whose severity follows from its code. */
export function diagnostic(
  object: ObjectReference,
  path: string,
  code: DiagnosticCode,
  message: string,
  hint?: string,
): Diagnostic {
  const base = { object, path, severity: diagnosticKinds[code].severity, code, message };
  return Object.freeze(hint === undefined ? base : { ...base, hint });
}

/** Sorts by object, path, code and message. */
export function byDiagnostic(left: Diagnostic, right: Diagnostic): number {
  return (
    byReference(left.object, right.object) ||
    byCodeUnit(left.path, right.path) ||
    byCodeUnit(left.code, right.code) ||
    byCodeUnit(left.message, right.message)
  );
}
