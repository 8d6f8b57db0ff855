import { RE2JS } from 're2js';

/** Characters of text times characters of pattern that one validation may spend on matching. */
const maxWork = 100_000_000;

/**
 * Patterns in the syntax of Go (RE2), compiled once per validation. Matching takes time linear in the text, and all
 * matching of one validation together is bounded, so no text and no pattern can hold the server up.
 */
export class Patterns {
  readonly #compiled = new Map<string, RE2JS | null>();
  #work = 0;

  /** True if the pattern is found somewhere in the text; null if it does not compile or would cost too much. */
  find(pattern: string, text: string): boolean | null {
    this.#work += text.length * pattern.length;
    if (this.#work > maxWork) return null;
    const compiled = this.compile(pattern);
    return compiled === null ? null : compiled.test(text);
  }

  /** Null if the pattern does not compile. */
  compile(pattern: string): RE2JS | null {
    const known = this.#compiled.get(pattern);
    if (known !== undefined) return known;
    const compiled = compilePattern(pattern);
    this.#compiled.set(pattern, 'error' in compiled ? null : compiled.pattern);
    return 'error' in compiled ? null : compiled.pattern;
  }
}

/** Compiles a pattern, or says why it does not compile. */
export function compilePattern(pattern: string): { pattern: RE2JS } | { error: string } {
  try {
    return { pattern: RE2JS.compile(pattern) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
