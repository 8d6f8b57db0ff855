import { RuleFault } from './rule-fault.ts';

/** A string literal that was read, and where it ends. */
export interface StringLiteral {
  readonly value: string;
  /** Index after the closing quote. */
  readonly end: number;
}

/**
 * Reads the string literal that begins at `start` with a double quote or a backtick, as Go does (The Go Programming Language
 * Specification, "String literals"): raw between backticks, where carriage returns are dropped; with escapes between double
 * quotes.
 *
 * @throws RuleFault
 */
export function readString(text: string, start: number): StringLiteral {
  return text[start] === '`' ? readRaw(text, start) : readQuoted(text, start);
}

function readRaw(text: string, start: number): StringLiteral {
  const close = text.indexOf('`', start + 1);
  if (close === -1) throw unterminated(start, 'backtick');
  return { value: text.slice(start + 1, close).replaceAll('\r', ''), end: close + 1 };
}

function unterminated(start: number, quote: string): RuleFault {
  return new RuleFault(start, `the string that begins here has no closing ${quote}`);
}

function readQuoted(text: string, start: number): StringLiteral {
  const out = new EscapedText(start);
  let index = start + 1;
  for (;;) {
    const character = text[index];
    if (character === undefined || character === '\n') throw unterminated(start, 'double quote');
    if (character === '"') return { value: out.finish(), end: index + 1 };
    if (character === '\\') {
      index = readEscape(text, index, out);
    } else {
      out.addText(character);
      index++;
    }
  }
}

/** Collects characters, and bytes that make characters only together. */
class EscapedText {
  readonly #start: number;
  #text = '';
  #bytes: number[] = [];

  constructor(start: number) {
    this.#start = start;
  }

  addText(text: string): void {
    this.#endBytes();
    this.#text += text;
  }

  addByte(byte: number): void {
    this.#bytes.push(byte);
  }

  finish(): string {
    this.#endBytes();
    return this.#text;
  }

  #endBytes(): void {
    if (this.#bytes.length === 0) return;
    try {
      this.#text += new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        Uint8Array.from(this.#bytes),
      );
    } catch {
      throw new RuleFault(this.#start, 'the escapes of the string that begins here are not valid UTF-8');
    }
    this.#bytes = [];
  }
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

const hexEscapeLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Reads the escape at `index`, where the backslash is, and returns the index after it. */
function readEscape(text: string, index: number, out: EscapedText): number {
  const letter = text[index + 1] ?? '';
  const simple = Object.hasOwn(simpleEscapes, letter) ? simpleEscapes[letter] : undefined;
  if (simple !== undefined) {
    out.addText(simple);
    return index + 2;
  }
  const octal = /^[0-3][0-7]{2}/.exec(text.slice(index + 1, index + 4))?.[0];
  if (octal !== undefined) {
    out.addByte(Number.parseInt(octal, 8));
    return index + 4;
  }
  const length = Object.hasOwn(hexEscapeLengths, letter) ? hexEscapeLengths[letter] : undefined;
  if (length === undefined) {
    throw new RuleFault(
      index,
      `unknown escape \\${letter} in a string`,
      'use backticks, where a backslash is only a backslash',
    );
  }
  const digits = text.slice(index + 2, index + 2 + length);
  if (digits.length < length || !/^[0-9a-fA-F]+$/.test(digits)) {
    throw new RuleFault(index, `\\${letter} takes ${length} hexadecimal digits`);
  }
  addCode(Number.parseInt(digits, 16), letter, index, out);
  return index + 2 + length;
}

function addCode(code: number, letter: string, index: number, out: EscapedText): void {
  if (letter === 'x') {
    out.addByte(code);
    return;
  }
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    throw new RuleFault(index, `\\${letter} does not name a Unicode character`);
  }
  out.addText(String.fromCodePoint(code));
}
