import { ApiError } from '../api-error.ts';

/** Whether a set of labels is selected. */
export type LabelSelector = (labels: Readonly<Record<string, string>>) => boolean;

type Operator = 'in' | 'notin' | '=' | '==' | '!=' | '>' | '<' | 'exists' | '!';

interface Token {
  readonly kind: 'identifier' | 'symbol' | 'end';
  readonly text: string;
}

const operators = new Set(['in', 'notin', '=', '==', '!=', '>', '<']);
const keyPattern =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/;
const valuePattern = /^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$/;

/**
 * Reads a label selector, in its equality form or its set form (`app=web,tier notin (front, back),!old`).
 *
 * @throws ApiError 400, in the words of Kubernetes (k8s.io/apimachinery/pkg/labels)
 */
export function parseLabelSelector(text: string): LabelSelector {
  const parser = new Parser(tokenize(text));
  const requirements = parser.parse();
  return (labels) => requirements.every((requirement) => requirement(labels));
}

function tokenize(text: string): Token[] {
  const pattern = /\s*(==|!=|[=!(),<>]|[^\s=!(),<>]+)/gy;
  const tokens: Token[] = [];
  for (const match of text.matchAll(pattern)) {
    const token = match[1] ?? '';
    tokens.push({ kind: /^[=!(),<>]/.test(token) ? 'symbol' : 'identifier', text: token });
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): LabelSelector[] {
    const requirements: LabelSelector[] = [];
    for (;;) {
      const token = this.#look();
      if (token.kind === 'end') return requirements;
      if (token.kind !== 'identifier' && token.text !== '!') {
        throw bad(`found '${token.text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#requirement());
      const after = this.#take();
      if (after.kind === 'end') return requirements;
      if (after.text !== ',') throw bad(`found '${after.text}', expected: ',' or 'end of string'`);
      const next = this.#look();
      if (next.kind !== 'identifier' && next.text !== '!') {
        throw bad(`found '${next.text}', expected: identifier after ','`);
      }
    }
  }

  #requirement(): LabelSelector {
    let token = this.#take();
    const absent = token.text === '!';
    if (absent) token = this.#take();
    if (token.kind !== 'identifier') throw badRequirement(`found '${token.text}', expected: identifier`);
    const key = token.text;
    if (!keyPattern.test(key)) throw badRequirement(`key: Invalid value: ${JSON.stringify(key)}: ${keyRule}`);
    const next = this.#look();
    if (absent) return requirement(key, '!', []);
    if (next.kind === 'end' || next.text === ',') return requirement(key, 'exists', []);
    const operator = this.#take().text;
    if (!operators.has(operator)) {
      throw badRequirement(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
    }
    const values = operator === 'in' || operator === 'notin' ? this.#values() : [this.#exactValue()];
    checkValues(key, operator, values);
    return requirement(key, operator as Operator, values);
  }

  #exactValue(): string {
    const token = this.#look();
    if (token.kind === 'end' || token.text === ',') return '';
    this.#take();
    if (token.kind !== 'identifier') throw badRequirement(`found '${token.text}', expected: identifier`);
    return token.text;
  }

  #values(): string[] {
    const open = this.#take();
    if (open.text !== '(') throw badRequirement(`found '${open.text}' expected: '('`);
    const values: string[] = [];
    for (;;) {
      const token = this.#take();
      if (token.text === ')') return values;
      if (token.text === ',') {
        values.push('');
        continue;
      }
      if (token.kind !== 'identifier') {
        throw badRequirement(`found '${token.text}', expected: ',', ')' or identifier`);
      }
      values.push(token.text);
      const after = this.#take();
      if (after.text === ')') return values;
      if (after.text !== ',') throw badRequirement(`found '${after.text}', expected: ',' or ')'`);
      if (this.#look().text === ')') values.push('');
    }
  }

  #look(): Token {
    return this.#tokens[this.#position] ?? { kind: 'end', text: '' };
  }

  #take(): Token {
    const token = this.#look();
    this.#position += 1;
    return token;
  }
}

const keyRule =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const valueRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
  "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

function checkValues(key: string, operator: string, values: readonly string[]): void {
  for (const [index, value] of values.entries()) {
    if ((operator === '>' || operator === '<') && !/^[-+]?\d+$/.test(value)) {
      const rule = "for 'Gt', 'Lt' operators, the value must be an integer";
      throw badRequirement(`values[${index}]: Invalid value: ${JSON.stringify(value)}: ${rule}`);
    }
    if (!valuePattern.test(value)) {
      throw badRequirement(`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${valueRule}`);
    }
  }
}

function requirement(key: string, operator: Operator, values: readonly string[]): LabelSelector {
  const has = (labels: Readonly<Record<string, string>>) => Object.hasOwn(labels, key);
  const value = (labels: Readonly<Record<string, string>>) => (has(labels) ? (labels[key] ?? '') : undefined);
  const wanted = new Set<string | undefined>(values);
  const bound = Number(values[0]);
  const number = (labels: Readonly<Record<string, string>>) => Number.parseInt(value(labels) ?? '', 10);
  const tests: Record<Operator, LabelSelector> = {
    in: (labels) => wanted.has(value(labels)),
    '=': (labels) => wanted.has(value(labels)),
    '==': (labels) => wanted.has(value(labels)),
    notin: (labels) => !wanted.has(value(labels)),
    '!=': (labels) => !wanted.has(value(labels)),
    '>': (labels) => number(labels) > bound,
    '<': (labels) => number(labels) < bound,
    exists: has,
    '!': (labels) => !has(labels),
  };
  return tests[operator];
}

function badRequirement(message: string): ApiError {
  return bad(`unable to parse requirement: ${message}`);
}

function bad(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}
