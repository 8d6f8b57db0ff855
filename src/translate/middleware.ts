import { quote } from '../api/field-path.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { PlanMiddleware } from '../model/plan.ts';
import type { TranslateContext } from './context.ts';
import type { Fragment } from './fragment.ts';
import { kindFor } from './kinds.ts';
import { type NamedReference, resolveReference } from './reference.ts';

/** A Middleware adds nothing by itself: routes bring those that they use. What is wrong with it is told here, once. */
export function translateMiddleware(object: KubeObject, context: TranslateContext): Fragment {
  context.fragment.adopt(context.readMiddleware(object).diagnostics);
  return context.fragment.build();
}

/**
 * Finds the Middleware that a route names, of the group of the route unless `kind` says another; where it cannot be used,
 * reports and answers with the code.
 */
export function resolveMiddleware(
  context: TranslateContext,
  reference: NamedReference,
  path: string,
  kind = kindFor('Middleware', context.fragment.object),
): PlanMiddleware | DiagnosticCode {
  const { fragment, lookup } = context;
  const resolved = resolveReference(context, kind, reference, path);
  if (typeof resolved === 'string') return resolved;
  const { namespace, name } = resolved;
  const object = lookup.get(kind, namespace, name);
  if (object === undefined) {
    fragment.report(
      `${path}.name`,
      'MiddlewareNotFound',
      `there is no ${kind} ${quote(name)} in namespace ${quote(namespace)}`,
      'Create the Middleware, or correct the name.',
    );
    return 'MiddlewareNotFound';
  }
  const { planned } = context.readMiddleware(object);
  if (planned !== null) return planned;
  fragment.report(
    `${path}.name`,
    'MiddlewareInvalid',
    `${kind} ${quote(name)} is itself in error`,
    'Its own diagnostics say what is wrong with it.',
  );
  return 'MiddlewareInvalid';
}
