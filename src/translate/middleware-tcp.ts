import { quote } from '../api/field-path.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { PlanTcpMiddleware } from '../model/plan-tcp.ts';
import type { TranslateContext } from './context.ts';
import type { Fragment } from './fragment.ts';
import { kindFor } from './kinds.ts';
import { type NamedReference, resolveReference } from './reference.ts';

/** A MiddlewareTCP adds nothing by itself: routes bring those that they use. What is wrong with it is told here, once. */
export function translateMiddlewareTcp(object: KubeObject, context: TranslateContext): Fragment {
  context.fragment.adopt(context.readMiddlewareTcp(object).diagnostics);
  return context.fragment.build();
}

/** Finds the MiddlewareTCP that a route names; where it cannot be used, reports and answers with the code. */
export function resolveMiddlewareTcp(
  context: TranslateContext,
  reference: NamedReference,
  path: string,
): PlanTcpMiddleware | DiagnosticCode {
  const { fragment, lookup } = context;
  const kind = kindFor('MiddlewareTCP', fragment.object);
  const resolved = resolveReference(context, kind, reference, path);
  if (typeof resolved === 'string') return resolved;
  const { namespace, name } = resolved;
  const object = lookup.get(kind, namespace, name);
  if (object === undefined) {
    const message = `there is no ${kind} ${quote(name)} in namespace ${quote(namespace)}`;
    fragment.report(`${path}.name`, 'MiddlewareNotFound', message, 'Create it, or correct the name.');
    return 'MiddlewareNotFound';
  }
  const { planned } = context.readMiddlewareTcp(object);
  if (planned !== null) return planned;
  const hint = 'Its own diagnostics say what is wrong with it.';
  fragment.report(`${path}.name`, 'MiddlewareInvalid', `${kind} ${quote(name)} is itself in error`, hint);
  return 'MiddlewareInvalid';
}
