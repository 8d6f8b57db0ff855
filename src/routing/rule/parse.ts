import type { Rule } from '../../model/rule.ts';
import type { TcpRule } from '../../model/tcp-rule.ts';
import { Lexer, type Token } from './lexer.ts';
import { buildTerm, type MatcherTable, matcherNamed } from './matcher-table.ts';
import { httpMatchers } from './matchers.ts';
import { RuleFault } from './rule-fault.ts';
import { tcpMatchers } from './tcp-matchers.ts';

/** Bounds of the text of a rule: what is beyond them is refused. */
export const ruleLimits = Object.freeze({
  /** Length in UTF-16 units. */
  length: 64 * 1024,
  /** Of parentheses and negations. */
  depth: 100,
  /** Number of matchers. */
  terms: 2000,
});

export type ParsedRule = Parsed<Rule>;

type Parsed<Tree> =
  | { readonly ok: true; readonly rule: Tree }
  | {
      readonly ok: false;
      /** Index into the text, in UTF-16 units, from 0. */
      readonly position: number;
      readonly message: string;
      readonly hint?: string;
    };

/**
 * Reads the text of a rule in the syntax of Traefik v3: matchers such as ``Host(`example.com`)``, combined with `!`, `&&`
 * and `||`, which bind in this order, and parentheses. A negated group comes out with the negation at its matchers, and
 * nested groups of the same operator as one.
 */
export function parseRule(text: string): ParsedRule {
  return parseWith(httpGrammar, text);
}

/** The same for the rule of an IngressRouteTCP, such as ``HostSNI(`example.com`)``. */
export function parseTcpRule(text: string): Parsed<TcpRule> {
  return parseWith(tcpGrammar, text);
}

/** What a tree of a rule is made with. */
interface Grammar<Tree> {
  readonly table: MatcherTable<Tree>;
  readonly example: string;
  readonly join: (kind: 'and' | 'or', rules: readonly Tree[]) => Tree;
  readonly not: (rule: Tree) => Tree;
}

const httpGrammar = Object.freeze<Grammar<Rule>>({
  table: httpMatchers,
  example: 'Host(`example.com`)',
  join: (kind, rules) => ({ kind, rules }),
  not: (rule) => ({ kind: 'not', rule }),
});

const tcpGrammar = Object.freeze<Grammar<TcpRule>>({
  table: tcpMatchers,
  example: 'HostSNI(`example.com`)',
  join: (kind, rules) => ({ kind, rules }),
  not: (rule) => ({ kind: 'not', rule }),
});

/** A tree that may have trees of its own kind under `rules`. */
interface Node<Tree> {
  readonly kind: string;
  readonly rules?: readonly Tree[];
}

function parseWith<Tree extends Node<Tree>>(grammar: Grammar<Tree>, text: string): Parsed<Tree> {
  if (text.length > ruleLimits.length) {
    return {
      ok: false,
      position: ruleLimits.length,
      message: `the rule is ${text.length} characters long, allowed are ${ruleLimits.length}`,
      hint: 'spread it over several routes',
    };
  }
  try {
    return { ok: true, rule: new Parser(grammar, text).parse() };
  } catch (error) {
    if (!(error instanceof RuleFault)) throw error;
    const { position, message, hint } = error;
    return hint === undefined ? { ok: false, position, message } : { ok: false, position, message, hint };
  }
}

class Parser<Tree extends Node<Tree>> {
  readonly #grammar: Grammar<Tree>;
  readonly #lexer: Lexer;
  #depth = 0;
  #terms = 0;

  constructor(grammar: Grammar<Tree>, text: string) {
    this.#grammar = grammar;
    this.#lexer = new Lexer(text);
  }

  parse(): Tree {
    if (this.#lexer.token.kind === 'end') {
      throw new RuleFault(0, 'the rule is empty', `write for example ${this.#grammar.example}`);
    }
    const rule = this.#alternatives(false);
    const rest = this.#lexer.token;
    if (rest.kind === 'end') return rule;
    if (rest.kind === ')') throw new RuleFault(rest.position, 'this ")" closes nothing');
    throw new RuleFault(rest.position, `expected && or || or the end, found ${describe(rest)}`);
  }

  /** `negated` asks for the opposite of what is written (De Morgan's laws). */
  #alternatives(negated: boolean): Tree {
    const rules = [this.#conjunction(negated)];
    while (this.#lexer.token.kind === '||') {
      this.#lexer.take();
      rules.push(this.#conjunction(negated));
    }
    return this.#combine(negated ? 'and' : 'or', rules);
  }

  #conjunction(negated: boolean): Tree {
    const rules = [this.#operand(negated)];
    while (this.#lexer.token.kind === '&&') {
      this.#lexer.take();
      rules.push(this.#operand(negated));
    }
    return this.#combine(negated ? 'or' : 'and', rules);
  }

  #operand(negated: boolean): Tree {
    const token = this.#lexer.take();
    if (token.kind === 'name') return this.#term(token, negated);
    if (token.kind !== '!' && token.kind !== '(') {
      throw new RuleFault(token.position, `expected a matcher, "!" or "(", found ${describe(token)}`);
    }
    if (++this.#depth > ruleLimits.depth) {
      throw new RuleFault(token.position, `the rule is nested deeper than ${ruleLimits.depth} levels`);
    }
    const rule = token.kind === '!' ? this.#operand(!negated) : this.#group(token, negated);
    this.#depth--;
    return rule;
  }

  #group(open: Token, negated: boolean): Tree {
    const rule = this.#alternatives(negated);
    const close = this.#lexer.take();
    if (close.kind === ')') return rule;
    if (close.kind === 'end') throw new RuleFault(open.position, 'this "(" is never closed');
    throw new RuleFault(close.position, `expected && or || or ")", found ${describe(close)}`);
  }

  #term(name: Token, negated: boolean): Tree {
    const matcher = matcherNamed(this.#grammar.table, name);
    if (++this.#terms > ruleLimits.terms) {
      throw new RuleFault(
        name.position,
        `the rule has more than ${ruleLimits.terms} matchers`,
        'spread it over several routes',
      );
    }
    const open = this.#lexer.take();
    if (open.kind !== '(') {
      throw new RuleFault(open.position, `expected "(" after ${name.value}, found ${describe(open)}`);
    }
    const rule = buildTerm(matcher, name, this.#values());
    return negated ? this.#grammar.not(rule) : rule;
  }

  #values(): Token[] {
    const values: Token[] = [];
    if (this.#lexer.token.kind === ')') {
      this.#lexer.take();
      return values;
    }
    for (;;) {
      const value = this.#lexer.take();
      if (value.kind !== 'string') {
        throw new RuleFault(
          value.position,
          `expected a string in backticks or double quotes, found ${describe(value)}`,
        );
      }
      values.push(value);
      const next = this.#lexer.take();
      if (next.kind === ')') return values;
      if (next.kind !== ',') {
        throw new RuleFault(next.position, `expected "," or ")", found ${describe(next)}`);
      }
    }
  }

  #combine(kind: 'and' | 'or', rules: readonly Tree[]): Tree {
    const flat = rules.flatMap((rule) => (rule.kind === kind ? (rule.rules ?? []) : [rule]));
    const [only] = flat;
    return only !== undefined && flat.length === 1 ? only : this.#grammar.join(kind, flat);
  }
}

function describe(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'the end';
    case 'name':
      return token.value.length > 60 ? `${token.value.slice(0, 60)}…` : token.value;
    case 'string':
      return 'a string';
    default:
      return `"${token.value}"`;
  }
}
