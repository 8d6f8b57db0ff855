import { RE2Set } from 're2js';
import { outlineOf } from './pattern-outline.ts';

/** Bounds of a regular expression: what is beyond them is refused. */
export const patternLimits = Object.freeze({
  /** Length in UTF-16 units. */
  length: 4096,
  /** Number of instructions that it compiles to. Matching takes time in proportion to this and to the length of the text. */
  instructions: 2000,
});

/** How much memory a pattern may use to remember states, in bytes; beyond it states are forgotten and made again. */
const stateMemory = 256 * 1024;

/** A compiled pattern. */
export interface CompiledPattern {
  /** Whether the pattern is found anywhere in a text. Takes time linear in the length of the text. */
  test(text: string): boolean;
}

export type PatternResult =
  | { readonly ok: true; readonly compiled: CompiledPattern }
  | {
      readonly ok: false;
      /** Index into the pattern, in UTF-16 units, from 0. */
      readonly position: number;
      readonly message: string;
      readonly hint?: string;
    };

/** Compiles a regular expression in the syntax of Go (RE2), or says what is wrong with it. */
export function compilePattern(pattern: string): PatternResult {
  if (pattern.length > patternLimits.length) {
    return tooLarge(`is ${pattern.length} characters long, allowed are ${patternLimits.length}`);
  }
  if (!pattern.isWellFormed()) return fault(0, 'the pattern is no valid Unicode text');
  // The compiled size is known only afterwards; the outline keeps what is far beyond it from being compiled.
  const { size, unclosed } = outlineOf(pattern);
  if (size > 4 * patternLimits.instructions) return tooLarge(tooManySteps);
  try {
    const compiled = new SetOfOne(pattern);
    return compiled.size > patternLimits.instructions ? tooLarge(tooManySteps) : { ok: true, compiled };
  } catch (error) {
    return syntaxFault(pattern, error, unclosed);
  }
}

/** Compiles a pattern that has been checked, or was made from one that has. Null where it is none after all. */
export function compileChecked(pattern: string): CompiledPattern | null {
  try {
    return new SetOfOne(pattern);
  } catch {
    return null;
  }
}

/** A set answers whether something matches faster than a single pattern does, and lets its memory be bounded. */
class SetOfOne implements CompiledPattern {
  readonly size: number;
  readonly #set = new RE2Set(RE2Set.UNANCHORED, 0, stateMemory);

  /** @throws RE2JSException */
  constructor(pattern: string) {
    this.#set.add(pattern);
    this.#set.compile();
    this.size = this.#set.prog.numInst();
  }

  test(text: string): boolean {
    return this.#set.match(text).length > 0;
  }
}

const tooManySteps = `takes more than ${patternLimits.instructions} steps when compiled`;

function tooLarge(what: string): PatternResult {
  return fault(0, `the pattern ${what}`, 'spread it over several matchers with ||, or repeat less');
}

function fault(position: number, message: string, hint?: string): PatternResult {
  return hint === undefined ? { ok: false, position, message } : { ok: false, position, message, hint };
}

/** Errors of the compiler name the piece of the pattern that they are about. */
function syntaxFault(pattern: string, error: unknown, unclosed: number): PatternResult {
  const text = error instanceof Error ? error.message : String(error);
  const [, reason = text, piece = ''] = /^error parsing regexp: ([^:]*)(?:: `([\s\S]*)`)?$/.exec(text) ?? [];
  if (/missing closing \)/.test(reason)) {
    const hint = 'write \\( for the character itself';
    return fault(Math.max(0, unclosed), 'not a regular expression: this "(" is never closed', hint);
  }
  const shown = piece.length > 40 ? `${piece.slice(0, 40)}…` : piece;
  const message = `not a regular expression: ${reason}${piece === '' ? '' : ` in ${shown}`}`;
  const position = piece === '' ? 0 : Math.max(0, pattern.indexOf(piece));
  return fault(position, message, hintFor(reason, piece));
}

function hintFor(reason: string, piece: string): string | undefined {
  if (/^\(\?<?[=!]/.test(piece))
    return 'the syntax is that of Go (RE2), which has no look-ahead and no look-behind';
  if (/^\\[1-9]/.test(piece)) return 'the syntax is that of Go (RE2), which has no back-references';
  if (/escape/.test(reason)) return 'the syntax is that of Go (RE2); a backslash escapes punctuation';
  if (/argument|nested repetition/.test(reason))
    return `write \\${piece.slice(0, 1)} for the character itself`;
  if (/unexpected \)/.test(reason)) return 'write \\) for the character itself';
  return undefined;
}
