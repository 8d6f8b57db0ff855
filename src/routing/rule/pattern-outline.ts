/** What a regular expression in the syntax of RE2 says plainly, without being compiled. */
export interface PatternOutline {
  /** What every match begins the text with; empty where that is not plain. */
  readonly prefix: string;
  /** What every match ends the text with. */
  readonly suffix: string;
  /** The longest text that every match contains. */
  readonly part: string;
  /** Set where the pattern is plain text all through, so that it need not be compiled. */
  readonly literal: LiteralPattern | null;
  /** No fewer instructions than it compiles to, roughly; what repeats a known number of times counts as often. */
  readonly size: number;
  /** Index of the last group that is never closed, or -1. */
  readonly unclosed: number;
}

/** A pattern that is plain text: `text` at the beginning, at the end, at both, or anywhere. */
export interface LiteralPattern {
  readonly text: string;
  readonly begin: boolean;
  readonly end: boolean;
}

/** One element of the sequence that a pattern is at its top level. */
interface Element {
  kind: 'begin' | 'end' | 'literal' | 'other';
  text: string;
}

/**
 * Reads the outline of a pattern that `RE2JS` takes; of any other it says something harmless. What it is not sure of it leaves
 * out: alternatives at the top level, flags such as `(?i)`, `\Q…\E`, and what stands in groups.
 */
export function outlineOf(pattern: string): PatternOutline {
  const scan = new Scan(pattern);
  scan.run();
  const { elements, size, unclosed } = scan;
  if (scan.unsure) return { prefix: '', suffix: '', part: '', literal: null, size, unclosed };
  const runs = runsOf(elements);
  const begins = elements[0]?.kind === 'begin';
  const ends = elements.length > 1 && elements.at(-1)?.kind === 'end';
  const middle = elements.slice(begins ? 1 : 0, ends ? -1 : undefined);
  const plain = middle.every((element) => element.kind === 'literal');
  const literal = plain ? { text: runs.join(''), begin: begins, end: ends } : null;
  return {
    prefix: begins && middle[0]?.kind === 'literal' ? (runs[0] ?? '') : '',
    suffix: ends && middle.at(-1)?.kind === 'literal' ? (runs.at(-1) ?? '') : '',
    part: runs.reduce((longest, run) => (run.length > longest.length ? run : longest), ''),
    literal,
    size,
    unclosed,
  };
}

/** The texts of neighbouring literal elements. */
function runsOf(elements: readonly Element[]): readonly string[] {
  const runs: string[] = [];
  let open = false;
  for (const { kind, text } of elements) {
    if (kind === 'literal') {
      if (open) runs.push((runs.pop() ?? '') + text);
      else runs.push(text);
    }
    open = kind === 'literal';
  }
  return runs;
}

/** A repetition: `*`, `+`, `?`, or a number of times; all may be followed by `?`. */
const quantifier = /[*+?]\??|\{(\d{1,4})(?:(,)(\d{0,4}))?\}\??/y;

/** One pass over a pattern, without recursion. */
class Scan {
  readonly elements: Element[] = [];
  unsure = false;
  size = 0;
  readonly #pattern: string;
  #index = 0;
  /** The groups that are open, outermost first: where each begins, and the size up to there. */
  readonly #groups: { readonly index: number; readonly size: number }[] = [];

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get unclosed(): number {
    return this.#groups.at(-1)?.index ?? -1;
  }

  run(): void {
    while (this.#index < this.#pattern.length) {
      const character = String.fromCodePoint(this.#pattern.codePointAt(this.#index) ?? 0);
      this.#index += character.length;
      this.#read(character);
    }
    if (this.unclosed !== -1) this.unsure = true;
  }

  #read(character: string): void {
    switch (character) {
      case '(':
        this.#openGroup();
        return;
      case ')':
        this.#closeGroup();
        return;
      case '|':
        if (this.#groups.length === 0) this.unsure = true;
        this.size++;
        return;
      case '\\':
        this.#escape();
        return;
      case '[':
        this.#class();
        this.#add('other', '', 1);
        return;
      case '^':
        this.#add(this.elements.length === 0 ? 'begin' : 'other', '', 1);
        return;
      case '$':
        this.#add(this.#index === this.#pattern.length ? 'end' : 'other', '', 1);
        return;
      case '*':
      case '+':
      case '?':
        // Repeats nothing: no pattern.
        this.unsure = true;
        return;
      case '.':
      case '{':
        this.#add('other', '', 1);
        return;
      default:
        this.#add('literal', character, 1);
    }
  }

  #openGroup(): void {
    const index = this.#index - 1;
    const [whole = '', flags] =
      /^\?(?:P?<\w*>|([a-zA-Z-]*)[:)])?/.exec(this.#pattern.slice(this.#index, this.#index + 64)) ?? [];
    this.#index += whole.length;
    if (whole.endsWith(')')) {
      // Flags for what follows: inside a group only that group, which is not looked into.
      if (this.#groups.length === 0 && flags !== '') this.unsure = true;
      return;
    }
    this.#groups.push({ index, size: this.size });
    this.size += 2;
  }

  #closeGroup(): void {
    const before = this.#groups.pop();
    if (before === undefined) {
      this.unsure = true;
      return;
    }
    const inside = this.size - before.size;
    this.size = before.size;
    this.#add('other', '', inside);
  }

  #escape(): void {
    const letter = this.#pattern[this.#index] ?? '';
    this.#index += letter.length;
    if (/[!-/:-@[-`{-~]/.test(letter)) {
      this.#add('literal', letter, 1);
      return;
    }
    if (letter === 'p' || letter === 'P') this.#skipName();
    if (letter === 'Q') this.#skipQuoted();
    else if (!/[pPAzdswDSWbBafnrtv]/.test(letter)) this.unsure = true;
    const begins = letter === 'A' && this.elements.length === 0;
    const ends = letter === 'z' && this.#index === this.#pattern.length;
    this.#add(begins ? 'begin' : ends ? 'end' : 'other', '', 1);
  }

  #skipName(): void {
    const close = this.#pattern[this.#index] === '{' ? this.#pattern.indexOf('}', this.#index) : this.#index;
    this.#index = close === -1 ? this.#pattern.length : close + 1;
  }

  #skipQuoted(): void {
    this.unsure = true;
    const close = this.#pattern.indexOf('\\E', this.#index);
    const end = close === -1 ? this.#pattern.length : close;
    this.size += end - this.#index;
    this.#index = close === -1 ? end : end + 2;
  }

  /** Goes past a character class: a `]` that comes first in it is a character. */
  #class(): void {
    const pattern = this.#pattern;
    if (pattern[this.#index] === '^') this.#index++;
    if (pattern[this.#index] === ']') this.#index++;
    while (this.#index < pattern.length && pattern[this.#index] !== ']') {
      if (pattern[this.#index] === '\\') this.#index++;
      else if (pattern.startsWith('[:', this.#index)) {
        const close = pattern.indexOf(':]', this.#index + 2);
        if (close !== -1) this.#index = close + 1;
      }
      this.#index++;
    }
    this.#index++;
  }

  /** Takes an element and what says how often it comes. */
  #add(kind: Element['kind'], text: string, size: number): void {
    quantifier.lastIndex = this.#index;
    const match = quantifier.exec(this.#pattern);
    if (match === null) {
      this.#push(kind, text);
      this.size += size;
      return;
    }
    const [whole, least, comma, most] = match;
    this.#index += whole.length;
    const least1 = whole.startsWith('+') ? 1 : Number(least ?? 0);
    if (kind === 'literal' && least1 > 0) this.#push('literal', text);
    this.#push('other', '');
    const times = Math.max(Number(least ?? 1), Number(most || 0), 1) + (comma === undefined ? 0 : 1);
    this.size += times * (size + 1);
  }

  #push(kind: Element['kind'], text: string): void {
    if (this.#groups.length === 0) this.elements.push({ kind, text });
  }
}
