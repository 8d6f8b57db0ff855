import type { Schema } from '../../schema.ts';
import { getOwn } from '../values.ts';
import { functionNamespaces, unescapeName } from './evaluate.ts';
import { isFunction } from './functions.ts';
import { operators } from './operators.ts';
import type { Comprehension, Node } from './syntax.ts';
import { typeNames } from './type-names.ts';

/** What is wrong with an expression before it has been run. */
export interface CelProblem {
  readonly message: string;
  /** Offset in the source. */
  readonly at: number;
}

/** What is known of a variable: its schema, or null for anything. */
type Known = Schema | null;
type Variables = { readonly name: string; readonly type: Known; readonly outer: Variables } | null;

/**
 * Looks for names that nobody declared and for fields that the schema does not have. It does not check the types of
 * operands; evaluation does.
 *
 * @param variables names and schemas; null stands for anything
 */
export function checkCel(node: Node, variables: Readonly<Record<string, Known>>): CelProblem[] {
  const problems: CelProblem[] = [];
  const scope = Object.entries(variables).reduce<Variables>(
    (outer, [name, type]) => ({ name, type, outer }),
    null,
  );
  typeOf(node, scope, problems);
  return problems;
}

/** The schema of what an expression gives, as far as it is known. */
function typeOf(node: Node, scope: Variables, problems: CelProblem[]): Known {
  const inner = (one: Node) => typeOf(one, scope, problems);
  switch (node.kind) {
    case 'literal':
      return null;
    case 'name':
      return typeOfName(node, scope, problems);
    case 'select':
    case 'has':
      return field(inner(node.target), node, problems);
    case 'index':
      inner(node.index);
      return elementOf(inner(node.target));
    case 'and':
    case 'or':
      node.args.forEach(inner);
      return null;
    case 'choice': {
      inner(node.condition);
      const [then, otherwise] = [inner(node.then), inner(node.otherwise)];
      return then === otherwise ? then : null;
    }
    case 'list':
      for (const { value } of node.items) inner(value);
      return null;
    case 'map':
      for (const { key, value } of node.entries) [key, value].forEach(inner);
      return null;
    case 'bind':
      return typeOf(node.body, { name: node.name, type: inner(node.value), outer: scope }, problems);
    case 'comprehension':
      return comprehended(node, scope, problems);
    case 'call':
      return called(node, scope, problems);
  }
}

function typeOfName(node: Extract<Node, { kind: 'name' }>, scope: Variables, problems: CelProblem[]): Known {
  for (let one = scope; one !== null; one = one.outer) if (one.name === node.name) return one.type;
  if (!typeNames.has(node.name)) {
    problems.push({ message: `undeclared reference to '${node.name}' (in container '')`, at: node.at });
  }
  return null;
}

function field(
  target: Known,
  node: Extract<Node, { kind: 'select' | 'has' }>,
  problems: CelProblem[],
): Known {
  if (target === null) return null;
  const { properties, additionalProperties } = target;
  const own = properties && (getOwn(properties, node.field) ?? getOwn(properties, unescapeName(node.field)));
  if (own) return known(own);
  if (typeof additionalProperties === 'object') return known(additionalProperties);
  if (target.type === 'object' && additionalProperties === undefined && !isOpen(target)) {
    problems.push({ message: `undefined field '${node.field}'`, at: node.at - 1 });
  } else if (target.type !== undefined && target.type !== 'object') {
    problems.push({ message: `type '${celName(target)}' does not support field selection`, at: node.at - 1 });
  }
  return null;
}

function isOpen(schema: Schema): boolean {
  return (
    schema['x-kubernetes-preserve-unknown-fields'] === true ||
    schema['x-kubernetes-embedded-resource'] === true
  );
}

function celName({ type }: Schema): string {
  const names: Readonly<Record<string, string>> = {
    integer: 'int',
    number: 'double',
    boolean: 'bool',
    array: 'list',
  };
  return names[type ?? ''] ?? type ?? 'dyn';
}

/** Nothing is known of what may be of two types. */
function known(schema: Schema): Known {
  return schema.type === undefined || schema['x-kubernetes-int-or-string'] ? null : schema;
}

function elementOf(target: Known): Known {
  if (target === null) return null;
  if (target.items) return known(target.items);
  return typeof target.additionalProperties === 'object' ? known(target.additionalProperties) : null;
}

function comprehended(node: Comprehension, scope: Variables, problems: CelProblem[]): Known {
  const target = typeOf(node.target, scope, problems);
  const isList = target?.type === 'array';
  const element = elementOf(target);
  const [first = '', second] = node.names;
  const single = isList ? element : null;
  let inner: Variables = { name: first, type: second === undefined ? single : null, outer: scope };
  if (second !== undefined) inner = { name: second, type: element, outer: inner };
  const results = node.args.map((arg) => typeOf(arg, inner, problems));
  if (node.macro === 'filter') return target;
  const last = results.at(-1);
  return node.macro === 'map' && last ? { type: 'array', items: last } : null;
}

function called(node: Extract<Node, { kind: 'call' }>, scope: Variables, problems: CelProblem[]): Known {
  const { name, target, args, at } = node;
  for (const arg of args) typeOf(arg, scope, problems);
  const isNamespaced =
    target?.kind === 'name' && functionNamespaces.has(target.name) && !isVariable(target.name, scope);
  if (target && !isNamespaced) typeOf(target, scope, problems);
  const full = isNamespaced ? `${target.name}.${name}` : name;
  if (operators.has(name) || isFunction(full)) return null;
  problems.push({
    message: `undeclared reference to '${full}' (in container '')`,
    at: target ? at + name.length : at,
  });
  return null;
}

function isVariable(name: string, scope: Variables): boolean {
  for (let one = scope; one !== null; one = one.outer) if (one.name === name) return true;
  return false;
}
