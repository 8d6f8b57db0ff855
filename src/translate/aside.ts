import type { Diagnostic } from '../model/diagnostic.ts';
import type { TranslateContext } from './context.ts';
import { FragmentBuilder } from './fragment.ts';

/** What a part of a translation came to, and what it would have reported. */
export interface Aside<T> {
  readonly result: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** Does a part of a translation without telling what is wrong, so that the caller can tell it at another place or not at all. */
export function aside<T>(context: TranslateContext, part: (context: TranslateContext) => T): Aside<T> {
  const { apiVersion, kind, namespace, name } = context.fragment.object;
  const fragment = new FragmentBuilder({ apiVersion, kind, metadata: { namespace, name } });
  const result = part({ ...context, fragment });
  return { result, diagnostics: fragment.build().diagnostics };
}

/** The same, where all that is wrong stands in one place: the text of an annotation has no fields. */
export function reportedAt<T>(
  context: TranslateContext,
  path: string,
  part: (context: TranslateContext) => T,
): T {
  const { result, diagnostics } = aside(context, part);
  for (const { code, message, hint } of diagnostics) context.fragment.report(path, code, message, hint);
  return result;
}
