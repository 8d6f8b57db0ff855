import type { ObjectReference } from '../../model/object-reference.ts';

/** A note is about what cannot be judged, or could be said more simply; it is nothing to repair. */
export type LintSeverity = 'error' | 'warning' | 'note';

/**
 * What is worth saying of objects that are valid each for itself. Only `fairlead check` says it: nothing of it is a status
 * condition. The codes stand in `docs/reference/codes.md`.
 */
export const lintKinds = {
  ShadowedRoute: {
    severity: 'warning',
    meaning:
      'Another route takes every request that this one could take, and goes first; this one is never reached.',
  },
  OverlappingRoutes: {
    severity: 'warning',
    meaning:
      'Some requests fit this route and another one of the same priority, and only the age or the name of the objects decides.',
  },
  PlainRegexp: {
    severity: 'note',
    meaning: 'A regular expression says what a plain matcher says too; the plain one is found by an index.',
  },
  UnusedMiddleware: {
    severity: 'warning',
    meaning: 'No route among the files names the Middleware. Not judged where there is no route at all.',
  },
  ServicesNotSeen: {
    severity: 'note',
    meaning:
      'There is no Service among the files, so that references to Services and their ports cannot be judged.',
  },
  SecretsNotSeen: {
    severity: 'note',
    meaning: 'There is no Secret among the files, so that certificates cannot be judged.',
  },
  InvalidSecret: {
    severity: 'error',
    meaning:
      'A Secret of type kubernetes.io/tls holds no certificate and key that can be read and belong together.',
  },
  CertificateNames: {
    severity: 'warning',
    meaning: 'A route or an Ingress names a Secret for a host that its certificate does not name.',
  },
} as const satisfies Record<string, { readonly severity: LintSeverity; readonly meaning: string }>;

export type LintCode = keyof typeof lintKinds;

/** One remark, shaped like a diagnostic. */
export interface Lint {
  readonly object: ObjectReference;
  /** Where in the object, as in a diagnostic. */
  readonly path: string;
  readonly severity: LintSeverity;
  /** A certificate is judged here without the controller, which says the same. */
  readonly code: LintCode | 'CertificateExpired';
  readonly message: string;
  readonly hint: string;
}

/** Makes a remark whose severity follows from its code. */
export function lint(
  place: Pick<Lint, 'object' | 'path'>,
  code: LintCode,
  message: string,
  hint: string,
): Lint {
  const { object, path } = place;
  return { object, path, severity: lintKinds[code].severity, code, message, hint };
}
