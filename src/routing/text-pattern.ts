import { type CompiledPattern, compileChecked } from './rule/compile-pattern.ts';
import { outlineOf, type PatternOutline } from './rule/pattern-outline.ts';

/**
 * A regular expression behind a filter of plain text: most texts that do not match are told by how they begin and end and by
 * what they must contain. Patterns that are plain text are never compiled; others at the first text that passes the filter.
 */
export class TextPattern {
  readonly #pattern: string;
  readonly #outline: PatternOutline;
  #compiled: CompiledPattern | null = null;

  /** Takes a pattern that `compilePattern` has taken, or that was made from one; what is no pattern matches nothing. */
  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#outline = outlineOf(pattern);
  }

  /** Whether the pattern is found anywhere in a text. */
  test(text: string): boolean {
    const { prefix, suffix, part, literal } = this.#outline;
    if (literal !== null) {
      if (literal.begin) return literal.end ? text === literal.text : text.startsWith(literal.text);
      return literal.end ? text.endsWith(literal.text) : text.includes(literal.text);
    }
    if (!text.startsWith(prefix) || !text.endsWith(suffix) || !text.includes(part)) return false;
    this.#compiled ??= compileChecked(this.#pattern) ?? nothing;
    return this.#compiled.test(text);
  }
}

const nothing: CompiledPattern = Object.freeze({ test: () => false });

/** More entries than this are looked through for patterns that nobody uses any more. */
const leastSweep = 64;

/** The patterns of a table and of its successors: each is there once, as long as a route uses it. */
export class SharedPatterns {
  readonly #patterns = new Map<string, WeakRef<TextPattern>>();
  #sweepAt = leastSweep;

  get(pattern: string): TextPattern {
    const known = this.#patterns.get(pattern)?.deref();
    if (known !== undefined) return known;
    const made = new TextPattern(pattern);
    this.#patterns.set(pattern, new WeakRef(made));
    if (this.#patterns.size > this.#sweepAt) this.#sweep();
    return made;
  }

  #sweep(): void {
    for (const [pattern, reference] of this.#patterns) {
      if (reference.deref() === undefined) this.#patterns.delete(pattern);
    }
    this.#sweepAt = Math.max(leastSweep, this.#patterns.size * 2);
  }
}
