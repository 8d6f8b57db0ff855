import type { UndecodedObject } from '../../../src/api/decode.ts';
import type { Diagnostic } from '../../../src/model/diagnostic.ts';

export function ingressRoute(spec: unknown, more: object = {}): UndecodedObject {
  return { apiVersion: 'fairlead.dev/v1alpha1', kind: 'IngressRoute', metadata, spec, ...more };
}

export function middleware(spec: unknown): UndecodedObject {
  return { apiVersion: 'fairlead.dev/v1alpha1', kind: 'Middleware', metadata, spec };
}

const metadata = { name: 'shop', namespace: 'default' };

/** `CODE PATH: MESSAGE`, and the hint in brackets. */
export function lines(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(({ code, path, message, hint }) =>
    hint === undefined ? `${code} ${path}: ${message}` : `${code} ${path}: ${message} (${hint})`,
  );
}
