import { RuleFault } from './rule-fault.ts';
import { readString } from './string-literal.ts';

export type TokenKind = 'name' | 'string' | '(' | ')' | ',' | '&&' | '||' | '!' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** The name, or what the string literal stands for; else as written. */
  readonly value: string;
  /** Index of its first character in the text. */
  readonly position: number;
  /** True for a string literal that stands for just what is written between its quotes. */
  readonly verbatim?: boolean;
}

/** Cuts the text of a rule into tokens, one at a time. */
export class Lexer {
  readonly #text: string;
  #index = 0;
  #token: Token;

  /** @throws RuleFault where the first token is none. */
  constructor(text: string) {
    this.#text = text;
    this.#token = this.#read();
  }

  /** The token that comes next. */
  get token(): Token {
    return this.#token;
  }

  /**
   * Returns the token that comes next and goes past it.
   *
   * @throws RuleFault
   */
  take(): Token {
    const token = this.#token;
    this.#token = this.#read();
    return token;
  }

  #read(): Token {
    const text = this.#text;
    while (isSpace(text.charCodeAt(this.#index))) this.#index++;
    const position = this.#index;
    const character = text[position];
    if (character === undefined) return { kind: 'end', value: '', position };
    if (character === '"' || character === '`') {
      const literal = readString(text, position);
      this.#index = literal.end;
      const verbatim = literal.end - position === literal.value.length + 2;
      return { kind: 'string', value: literal.value, position, verbatim };
    }
    const name = readName(text, position);
    if (name !== '') {
      this.#index = position + name.length;
      return { kind: 'name', value: name, position };
    }
    const operator = readOperator(text, position);
    this.#index = position + operator.length;
    return { kind: operator, value: operator, position };
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

function readName(text: string, position: number): string {
  const pattern = /[A-Za-z_][A-Za-z0-9_]*/y;
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0] ?? '';
}

type Operator = '(' | ')' | ',' | '&&' | '||' | '!';

function readOperator(text: string, position: number): Operator {
  const character = text[position];
  switch (character) {
    case '(':
    case ')':
    case ',':
    case '!':
      return character;
    case '&':
      if (text[position + 1] === '&') return '&&';
      throw new RuleFault(position, 'a single "&" means nothing', 'write &&');
    case '|':
      if (text[position + 1] === '|') return '||';
      throw new RuleFault(position, 'a single "|" means nothing', 'write ||');
    case "'":
      throw new RuleFault(position, 'single quotes make no string', 'use backticks or double quotes');
    default:
      throw new RuleFault(position, `unexpected ${describeCharacter(text, position)}`);
  }
}

function describeCharacter(text: string, position: number): string {
  const code = text.codePointAt(position) ?? 0;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return code < 0x20 || code === 0x7f ? `character ${name}` : `"${String.fromCodePoint(code)}" (${name})`;
}
