import type { Json } from '../json.ts';

/** A parsed path, for example `.status.conditions[?(@.type=="Ready")].status`. */
export interface JsonPath {
  readonly steps: readonly Step[];
}

/** One step of a path: what to take of each value so far. */
export type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'all' }
  | { readonly kind: 'deep'; readonly name: string }
  | { readonly kind: 'slice'; readonly start?: number; readonly end?: number; readonly step: number }
  | { readonly kind: 'union'; readonly steps: readonly Step[] }
  | { readonly kind: 'filter'; readonly filter: Filter };

type Operand = { readonly path: JsonPath; readonly fromRoot: boolean } | { readonly literal: Json };

/** What items have to satisfy: a comparison, or that something is there. */
export interface Filter {
  readonly left: Operand;
  readonly operator: 'exists' | '==' | '!=' | '<' | '<=' | '>' | '>=';
  readonly right?: Operand;
}

/** Longer ones are refused. */
const maxLength = 2_000;

/**
 * Parses the JSONPath of kubectl (k8s.io/client-go/util/jsonpath), as far as one path goes: fields, indexes, slices,
 * unions, wildcards, recursive descent and filters; no `range`, no text around it.
 */
export function parseJsonPath(text: string): JsonPath | { error: string } {
  if (text.length > maxLength) return { error: 'path is too long' };
  // Each one looks at everything below; one after another would multiply.
  if (text.split('..').length > 2) return { error: 'path descends (..) more than once' };
  const inner = /^\{(.*)\}$/.exec(text)?.[1] ?? text;
  try {
    return { steps: parseSteps(inner.replace(/^[$@]/, ''), 0) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function parseSteps(text: string, depth: number): Step[] {
  if (depth > 10) throw new Error('path is nested too deep');
  const steps: Step[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const field = /^(\.\.?)((?:[^.[\]\\\s]|\\.)+)/.exec(rest);
    if (field) {
      steps.push(fieldStep(field[1] ?? '', (field[2] ?? '').replace(/\\(.)/g, '$1')));
      at += field[0].length;
    } else if (rest.startsWith('[')) {
      const end = closing(rest);
      steps.push(bracketStep(rest.slice(1, end).trim(), depth));
      at += end + 1;
    } else if (rest === '.') {
      at += 1;
    } else throw new Error(`unexpected text in path: ${rest.slice(0, 20)}`);
  }
  return steps;
}

function fieldStep(dots: string, name: string): Step {
  if (dots === '..') return { kind: 'deep', name };
  return name === '*' ? { kind: 'all' } : { kind: 'field', name };
}

/** Where the bracket that opens the text is closed; quotes hide brackets. */
function closing(text: string): number {
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '[') depth += 1;
    else if (character === ']') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  throw new Error('unterminated array');
}

function bracketStep(text: string, depth: number): Step {
  const filter = /^\?\((.*)\)$/s.exec(text);
  if (filter) return { kind: 'filter', filter: parseFilter(filter[1] ?? '', depth) };
  if (text === '*') return { kind: 'all' };
  const parts = text.split(/,(?=(?:[^'"]*['"][^'"]*['"])*[^'"]*$)/);
  if (parts.length > 1) return { kind: 'union', steps: parts.map((part) => bracketStep(part.trim(), depth)) };
  const quoted = /^(['"])(.*)\1$/s.exec(text);
  if (quoted) return { kind: 'field', name: (quoted[2] ?? '').replace(/\\(.)/g, '$1') };
  return sliceStep(text);
}

function sliceStep(text: string): Step {
  const index = /^-?\d+$/.exec(text);
  if (index) {
    const start = Number(text);
    return start === -1
      ? { kind: 'slice', start, step: 1 }
      : { kind: 'slice', start, end: start + 1, step: 1 };
  }
  const match = /^(-?\d*):(-?\d*)(?::(\d+))?$/.exec(text);
  if (!match) throw new Error(`invalid array index ${text}`);
  const [, start = '', end = '', step = '1'] = match;
  if (Number(step) < 1) throw new Error('step must be >= 1');
  return {
    kind: 'slice',
    ...(start !== '' && { start: Number(start) }),
    ...(end !== '' && { end: Number(end) }),
    step: Number(step),
  };
}

function parseFilter(text: string, depth: number): Filter {
  const split = /^((?:[^'"=!<>]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*)(==|!=|<=|>=|<|>)(.*)$/s.exec(text);
  if (!split) return { left: parseOperand(text, depth), operator: 'exists' };
  const [, left = '', operator, right = ''] = split;
  return {
    left: parseOperand(left, depth),
    operator: operator as Filter['operator'],
    right: parseOperand(right, depth),
  };
}

function parseOperand(source: string, depth: number): Operand {
  const text = source.trim();
  const quoted = /^(['"])(.*)\1$/s.exec(text);
  if (quoted) return { literal: (quoted[2] ?? '').replace(/\\(.)/g, '$1') };
  if (/^-?\d+(\.\d+)?$/.test(text)) return { literal: Number(text) };
  if (text === 'true' || text === 'false') return { literal: text === 'true' };
  if (!/^[@$.[]/.test(text)) throw new Error(`unrecognized operand ${text}`);
  return {
    path: { steps: parseSteps(text.replace(/^[$@]/, ''), depth + 1) },
    fromRoot: text.startsWith('$'),
  };
}
