import type { FragmentBuilder } from './fragment.ts';

/** Why a text is no rule, as its parser says it. */
interface RuleProblem {
  readonly position: number;
  readonly message: string;
  readonly hint?: string;
}

/** Tells that the text of a rule cannot be understood; `path` is that of the text. */
export function reportRule(
  fragment: FragmentBuilder,
  path: string,
  { position, message, hint }: RuleProblem,
): void {
  fragment.report(path, 'InvalidRule', `at character ${position + 1}: ${message}`, asSentence(hint));
}

function asSentence(hint: string | undefined): string | undefined {
  if (hint === undefined) return undefined;
  const stop = /[.?!`]$/.test(hint) ? '' : '.';
  return `${hint.slice(0, 1).toUpperCase()}${hint.slice(1)}${stop}`;
}
