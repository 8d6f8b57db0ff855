import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { PlanMiddleware } from '../model/plan.ts';
import { aside } from './aside.ts';
import type { TranslateContext } from './context.ts';
import { inBothGroups } from './kinds.ts';
import { resolveMiddleware } from './middleware.ts';
import { referenceIn } from './written-reference.ts';

/**
 * Finds the Middleware that an annotation names: `NAME`, `NAMESPACE/NAME` or Traefik's `NAMESPACE-NAME@kubernetescrd`. What is
 * wrong is told at `path`.
 */
export function middlewareNamed(
  context: TranslateContext,
  written: string,
  path: string,
): PlanMiddleware | DiagnosticCode {
  const reference = referenceIn(context, kinds, written);
  const [own, traefik] = kinds.map((kind) =>
    aside(context, (there) => resolveMiddleware(there, reference, '', kind)),
  );
  const found = isOutOfReach(own?.result) && !isOutOfReach(traefik?.result) ? traefik : own;
  for (const { code, message, hint } of found?.diagnostics ?? []) {
    context.fragment.report(path, code, message, hint);
  }
  return found?.result ?? 'MiddlewareNotFound';
}

/** Whether there is nothing of that name that may be used. A Middleware in error is one that is there. */
function isOutOfReach(result: PlanMiddleware | DiagnosticCode | undefined): boolean {
  return result === 'MiddlewareNotFound' || result === 'CrossNamespaceReference';
}

/** An annotation does not say which group it means: Fairlead's comes first. */
const kinds = inBothGroups('Middleware');
