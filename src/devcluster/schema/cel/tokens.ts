import { CelSyntaxError, type Literal } from './syntax.ts';

/** A piece of the source; `at` is its offset. */
export type Token =
  | { readonly kind: 'name' | 'symbol' | 'end'; readonly text: string; readonly at: number }
  | { readonly kind: 'literal'; readonly text: string; readonly value: Literal; readonly at: number };

/** Patterns look where they are told to (flag y), so each reading of a source has its own. */
class Source {
  readonly text: string;
  readonly #patterns = {
    space: /(?:\s|\/\/[^\n]*)*/y,
    name: /[_a-zA-Z][_a-zA-Z0-9]*|`[a-zA-Z0-9_.\-/ ]+`/y,
    symbol: /&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()[\]{}]/y,
    float: /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y,
    whole: /(0[xX][0-9a-fA-F]+|\d+)([uU]?)/y,
    quoted: /(?:[rR][bB]?|[bB][rR]?)?("""|'''|"|')/y,
  };

  constructor(text: string) {
    this.text = text;
  }

  match(what: 'space' | 'name' | 'symbol' | 'float' | 'whole' | 'quoted', at: number): string | undefined {
    const pattern = this.#patterns[what];
    pattern.lastIndex = at;
    return pattern.exec(this.text)?.[0];
  }
}

/** Takes CEL source apart. @throws CelSyntaxError */
export function tokenize(text: string): Token[] {
  const source = new Source(text);
  const tokens: Token[] = [];
  let at = source.match('space', 0)?.length ?? 0;
  while (at < text.length) {
    const { token, length } = next(source, at);
    tokens.push(token);
    at += length;
    at += source.match('space', at)?.length ?? 0;
  }
  tokens.push({ kind: 'end', text: '<EOF>', at: text.length });
  return tokens;
}

function next(source: Source, at: number): { token: Token; length: number } {
  const opening = source.match('quoted', at);
  if (opening !== undefined) return readString(source.text, at, opening);
  const number = source.match('float', at);
  if (number !== undefined) return literal(number, Number(number), at);
  const integer = source.match('whole', at);
  if (integer !== undefined) return literal(integer, integerValue(integer), at);
  const word = source.match('name', at);
  if (word !== undefined) return { token: wordToken(word, at), length: word.length };
  const sign = source.match('symbol', at);
  if (sign !== undefined) return { token: { kind: 'symbol', text: sign, at }, length: sign.length };
  throw new CelSyntaxError(`Syntax error: token recognition error at: '${source.text.charAt(at)}'`, at);
}

function literal(text: string, value: Literal, at: number): { token: Token; length: number } {
  return { token: { kind: 'literal', text, value, at }, length: text.length };
}

function integerValue(text: string): Literal {
  return /[uU]$/.test(text) ? { uint: BigInt(text.slice(0, -1)) } : BigInt(text);
}

function wordToken(word: string, at: number): Token {
  if (word === 'true' || word === 'false') return { kind: 'literal', text: word, value: word === 'true', at };
  if (word === 'null') return { kind: 'literal', text: word, value: null, at };
  return { kind: 'name', text: word.startsWith('`') ? word.slice(1, -1) : word, at };
}

function readString(source: string, at: number, opening: string): { token: Token; length: number } {
  const quote = /["']+$/.exec(opening)?.[0] ?? '"';
  const prefix = opening.slice(0, -quote.length).toLowerCase();
  const isRaw = prefix.includes('r');
  let end = at + opening.length;
  while (!source.startsWith(quote, end)) {
    const isBroken = end >= source.length || (quote.length === 1 && source.charAt(end) === '\n');
    if (isBroken) throw new CelSyntaxError('Syntax error: unterminated string', at);
    end += source.charAt(end) === '\\' && !isRaw ? 2 : 1;
  }
  const body = source.slice(at + opening.length, end);
  const text = isRaw ? body : unescapeText(body, at);
  const value = prefix.includes('b') ? new TextEncoder().encode(text) : text;
  const whole = source.slice(at, end + quote.length);
  return { token: { kind: 'literal', text: whole, value, at }, length: whole.length };
}

const escapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '?': '?',
};

function unescapeText(text: string, at: number): string {
  const form = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|[xX]([0-9a-fA-F]{2})|([0-3][0-7]{2})|(.)|$)/gs;
  return text.replace(form, (_all, short, long, byte, octal, letter) => {
    const hex: string | undefined = short ?? long ?? byte;
    const code =
      hex === undefined
        ? octal === undefined
          ? undefined
          : Number.parseInt(octal, 8)
        : Number.parseInt(hex, 16);
    if (code !== undefined && code <= 0x10ffff) return String.fromCodePoint(code);
    const plain = escapes[letter ?? ''];
    if (plain === undefined) throw new CelSyntaxError('Syntax error: invalid escape in a string', at);
    return plain;
  });
}
