import { CelSyntaxError, type Comprehension, type Macro, type Node } from './syntax.ts';
import { type Token, tokenize } from './tokens.ts';

/** Longer and deeper expressions are refused. */
const maxLength = 20_000;
const maxDepth = 100;

/** Parses a CEL expression, macros included. @throws CelSyntaxError */
export function parseCel(source: string): Node {
  if (source.length > maxLength)
    throw new CelSyntaxError(`expression is longer than ${maxLength} characters`, 0);
  const parser = new Parser(tokenize(source));
  const node = parser.expression();
  parser.expectEnd();
  return node;
}

const relations: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in']);
const sums: ReadonlySet<string> = new Set(['+', '-']);
const products: ReadonlySet<string> = new Set(['*', '/', '%']);

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  expression(): Node {
    this.#depth += 1;
    if (this.#depth > maxDepth) throw new CelSyntaxError('expression is nested too deep', this.#peek().at);
    const condition = this.#logical('||', () => this.#logical('&&', () => this.#relation()));
    if (!this.#takes('?')) {
      this.#depth -= 1;
      return condition;
    }
    const then = this.#logical('||', () => this.#logical('&&', () => this.#relation()));
    this.#expect(':');
    const otherwise = this.expression();
    this.#depth -= 1;
    return { kind: 'choice', condition, then, otherwise };
  }

  expectEnd(): void {
    if (this.#peek().kind !== 'end') throw this.#unexpected("<EOF>'");
  }

  #logical(operator: '&&' | '||', operand: () => Node): Node {
    const args = [operand()];
    while (this.#takes(operator)) args.push(operand());
    const [only] = args;
    return only && args.length === 1 ? only : { kind: operator === '&&' ? 'and' : 'or', args };
  }

  #relation(): Node {
    return this.#chain(relations, () => this.#chain(sums, () => this.#chain(products, () => this.#unary())));
  }

  #chain(operators: ReadonlySet<string>, operand: () => Node): Node {
    let node = operand();
    let length = 0;
    while (this.#peek().kind !== 'literal' && operators.has(this.#peek().text)) {
      const { text, at } = this.#take();
      length += 1;
      if (length > maxDepth) throw new CelSyntaxError('expression has too many operators in a row', at);
      node = { kind: 'call', name: text, target: null, args: [node, operand()], at };
    }
    return node;
  }

  #unary(): Node {
    const signs: Token[] = [];
    while (this.#isSymbol('!') || this.#isSymbol('-')) signs.push(this.#take());
    if (signs.length > maxDepth) throw new CelSyntaxError('too many signs in a row', this.#peek().at);
    const literal = signs.at(-1)?.text === '-' ? this.#negativeNumber() : undefined;
    if (literal) signs.pop();
    const node = literal ?? this.#member();
    return signs.reduceRight<Node>((inner, { text, at }) => {
      return { kind: 'call', name: text === '-' ? 'negate' : '!', target: null, args: [inner], at };
    }, node);
  }

  #negativeNumber(): Node | undefined {
    const token = this.#peek();
    if (token.kind !== 'literal' || this.#tokens[this.#next + 1]?.text === '.') return undefined;
    if (typeof token.value !== 'bigint' && typeof token.value !== 'number') return undefined;
    this.#take();
    return { kind: 'literal', value: -token.value };
  }

  #member(): Node {
    let node = this.#primary();
    for (let length = 0; ; length += 1) {
      if (length > maxDepth) throw new CelSyntaxError('expression is nested too deep', this.#peek().at);
      if (this.#takes('.')) node = this.#dotted(node);
      else if (this.#takes('[')) {
        const optional = this.#takes('?');
        node = { kind: 'index', target: node, index: this.expression(), optional };
        this.#expect(']');
      } else return node;
    }
  }

  #dotted(target: Node): Node {
    const optional = this.#takes('?');
    const { text: field, at } = this.#expectName();
    if (optional || !this.#takes('(')) return { kind: 'select', target, field, optional, at };
    const args = this.#list(')');
    if (target.kind === 'name' && target.name === 'cel' && field === 'bind') return bind(args, at);
    return comprehension(target, field, args) ?? { kind: 'call', name: field, target, args, at };
  }

  #primary(): Node {
    const token = this.#peek();
    if (token.kind === 'literal') {
      this.#take();
      return { kind: 'literal', value: token.value };
    }
    if (this.#takes('(')) {
      const node = this.expression();
      this.#expect(')');
      return node;
    }
    if (this.#takes('[')) return { kind: 'list', items: this.#items() };
    if (this.#takes('{')) return { kind: 'map', entries: this.#entries() };
    this.#takes('.');
    const { text: name, at } = this.#expectName();
    if (!this.#takes('(')) return { kind: 'name', name, at };
    const args = this.#list(')');
    return name === 'has' ? has(args, at) : { kind: 'call', name, target: null, args, at };
  }

  #list(end: string): Node[] {
    const nodes: Node[] = [];
    while (!this.#takes(end)) {
      if (nodes.length > 0) this.#expect(',');
      nodes.push(this.expression());
    }
    return nodes;
  }

  #items(): { value: Node; optional: boolean }[] {
    const items: { value: Node; optional: boolean }[] = [];
    while (!this.#takes(']')) {
      if (items.length > 0) this.#expect(',');
      if (this.#takes(']')) return items;
      const optional = this.#takes('?');
      items.push({ value: this.expression(), optional });
    }
    return items;
  }

  #entries(): { key: Node; value: Node; optional: boolean }[] {
    const entries: { key: Node; value: Node; optional: boolean }[] = [];
    while (!this.#takes('}')) {
      if (entries.length > 0) this.#expect(',');
      if (this.#takes('}')) return entries;
      const optional = this.#takes('?');
      const key = this.expression();
      this.#expect(':');
      entries.push({ key, value: this.expression(), optional });
    }
    return entries;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '<EOF>', at: 0 };
  }

  #take(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #isSymbol(text: string): boolean {
    const token = this.#peek();
    return token.kind === 'symbol' && token.text === text;
  }

  #takes(text: string): boolean {
    if (!this.#isSymbol(text)) return false;
    this.#next += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#takes(text)) throw this.#unexpected(`'${text}'`);
  }

  #expectName(): Token {
    if (this.#peek().kind !== 'name') throw this.#unexpected('an expression');
    return this.#take();
  }

  #unexpected(expected: string): CelSyntaxError {
    const { text, at } = this.#peek();
    return new CelSyntaxError(`Syntax error: mismatched input '${text}' expecting ${expected}`, at);
  }
}

function has(args: readonly Node[], at: number): Node {
  const [arg] = args;
  if (args.length !== 1 || arg?.kind !== 'select' || arg.optional) {
    throw new CelSyntaxError('invalid argument to has() macro', at);
  }
  return { kind: 'has', target: arg.target, field: arg.field, at: arg.at };
}

function bind(args: readonly Node[], at: number): Node {
  const [name, value, body] = args;
  if (args.length !== 3 || name?.kind !== 'name' || !value || !body) {
    throw new CelSyntaxError('cel.bind() variable names must be simple identifiers', at);
  }
  return { kind: 'bind', name: name.name, value, body };
}

/** How many arguments each macro takes after its variables; those with two variables are told by a second name. */
const macros: { readonly [name: string]: readonly { names: number; args: number }[] } = {
  all: [
    { names: 1, args: 1 },
    { names: 2, args: 1 },
  ],
  exists: [
    { names: 1, args: 1 },
    { names: 2, args: 1 },
  ],
  exists_one: [{ names: 1, args: 1 }],
  existsOne: [
    { names: 1, args: 1 },
    { names: 2, args: 1 },
  ],
  filter: [{ names: 1, args: 1 }],
  map: [
    { names: 1, args: 1 },
    { names: 1, args: 2 },
  ],
  transformList: [
    { names: 2, args: 1 },
    { names: 2, args: 2 },
  ],
  transformMap: [
    { names: 2, args: 1 },
    { names: 2, args: 2 },
  ],
};

function comprehension(target: Node, macro: string, all: readonly Node[]): Comprehension | undefined {
  const forms = Object.hasOwn(macros, macro) ? macros[macro] : undefined;
  const form = forms?.find(({ names, args }) => names + args === all.length);
  if (!form) return undefined;
  const variables = all.slice(0, form.names);
  const names = variables.flatMap((node) => (node.kind === 'name' ? [node.name] : []));
  if (names.length < variables.length) throw new CelSyntaxError('argument must be a simple name', 0);
  return { kind: 'comprehension', macro: macro as Macro, target, names, args: all.slice(form.names) };
}
