import type { Patterns } from '../pattern.ts';
import { costOf } from './cost.ts';
import { callFunction } from './functions.ts';
import { operate, operators } from './operators.ts';
import { CelBudgetError, CelError, type Comprehension, type Node } from './syntax.ts';
import { typeNames } from './type-names.ts';
import { fromLiteral, isKind, isList, isMap, noOverload, type Value } from './values.ts';

/** What evaluation may spend: about one per step, and more for work on large values. */
export interface Budget {
  left: number;
}

/** Variables, innermost first. */
export type Scope = { readonly name: string; readonly value: Value; readonly outer: Scope } | null;

/** What one evaluation works with. */
export interface Machine {
  readonly budget: Budget;
  readonly patterns: Patterns;
}

/** The value of an expression. @throws CelError, and nothing else */
export function evaluate(node: Node, scope: Scope, machine: Machine): Value {
  spend(machine, 1);
  const inner = (one: Node) => evaluate(one, scope, machine);
  switch (node.kind) {
    case 'literal':
      return fromLiteral(node.value);
    case 'name':
      return lookUp(node.name, scope);
    case 'select':
      return select(inner(node.target), node.field, node.optional);
    case 'index':
      return at(inner(node.target), inner(node.index), node.optional);
    case 'has':
      return hasField(inner(node.target), node.field);
    case 'and':
      return both(node.args, false, inner);
    case 'or':
      return both(node.args, true, inner);
    case 'choice':
      return truth(inner(node.condition)) ? inner(node.then) : inner(node.otherwise);
    case 'bind':
      return evaluate(node.body, { name: node.name, value: inner(node.value), outer: scope }, machine);
    case 'comprehension':
      return comprehend(node, scope, machine);
    case 'call':
      return call(node, scope, machine);
    case 'list':
      return node.items.flatMap(({ value, optional }) =>
        given(inner(value), optional).map((one) => one as Value),
      );
    case 'map':
      return new Map(
        node.entries.flatMap(({ key, value, optional }) =>
          given(inner(value), optional).map((one): [Value, Value] => [inner(key), one]),
        ),
      );
  }
}

function spend({ budget }: Machine, cost: number): void {
  budget.left -= cost;
  if (budget.left < 0) throw new CelBudgetError('call cost exceeds limit');
}

function lookUp(name: string, scope: Scope): Value {
  for (let one = scope; one !== null; one = one.outer) if (one.name === name) return one.value;
  if (typeNames.has(name)) return { kind: 'type', name };
  throw new CelError(`no such attribute(s): ${name}`);
}

/** @throws CelError for a key that is not there */
function select(target: Value, field: string, optional: boolean): Value {
  if (isKind(target, 'optional')) {
    return target.value === undefined ? target : select(target.value, field, true);
  }
  if (!isMap(target)) throw noOverload();
  const value = fieldOf(target, field);
  if (optional) return isKind(value, 'optional') ? value : { kind: 'optional', value };
  if (value === undefined) throw new CelError(`no such key: ${field}`);
  return value;
}

/** Fields whose names are no CEL names go by an escaped one (Kubernetes CRD validation rules). */
function fieldOf(target: ReadonlyMap<Value, Value>, field: string): Value | undefined {
  const value = target.get(field);
  return value === undefined && field.includes('__') ? target.get(unescapeName(field)) : value;
}

/** `foo__dash__bar` stands for `foo-bar`, `__namespace__` for the reserved word. */
export function unescapeName(name: string): string {
  const word = /^__([a-z]+)__$/.exec(name)?.[1];
  if (word !== undefined && !['dot', 'dash', 'slash', 'underscores'].includes(word)) return word;
  return name.replace(/__(underscores|dot|dash|slash)__/g, (_, sign: keyof typeof signs) => signs[sign]);
}

const signs = { underscores: '__', dot: '.', dash: '-', slash: '/' } as const;

function hasField(target: Value, field: string): boolean {
  if (isKind(target, 'optional')) return target.value !== undefined && hasField(target.value, field);
  if (!isMap(target)) throw noOverload();
  return fieldOf(target, field) !== undefined;
}

function at(target: Value, index: Value, optional: boolean): Value {
  if (isKind(target, 'optional')) return target.value === undefined ? target : at(target.value, index, true);
  const value = isList(target) ? itemAt(target, index) : isMap(target) ? target.get(index) : undefined;
  if (!isList(target) && !isMap(target)) throw noOverload();
  if (optional) return { kind: 'optional', value };
  if (value !== undefined) return value;
  throw new CelError(
    isList(target) ? `index out of bounds: ${String(index)}` : `no such key: ${String(index)}`,
  );
}

function itemAt(list: readonly Value[], index: Value): Value | undefined {
  if (typeof index !== 'bigint') throw noOverload();
  return list[Number(index)];
}

/** An error counts only if no other operand decides: `false && error` is false. */
function both(args: readonly Node[], decisive: boolean, inner: (node: Node) => Value): boolean {
  let failure: CelError | undefined;
  for (const arg of args) {
    try {
      if (truth(inner(arg)) === decisive) return decisive;
    } catch (error) {
      if (!(error instanceof CelError) || error instanceof CelBudgetError) throw error;
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return !decisive;
}

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw noOverload();
  return value;
}

function given(value: Value, optional: boolean): Value[] {
  if (!optional) return [value];
  if (!isKind(value, 'optional')) throw noOverload();
  return value.value === undefined ? [] : [value.value];
}

function call(node: Extract<Node, { kind: 'call' }>, scope: Scope, machine: Machine): Value {
  const { name, target } = node;
  const namespaced = target && namespaceOf(target, scope);
  const receiver = target && !namespaced ? evaluate(target, scope, machine) : undefined;
  const args = node.args.map((arg) => evaluate(arg, scope, machine));
  spend(machine, costOf(name, receiver === undefined ? args : [receiver, ...args], machine.budget.left));
  if (!target && operators.has(name)) return operate(name, args);
  return callFunction(namespaced ? `${namespaced}.${name}` : name, { receiver, args }, machine.patterns);
}

/** `optional.of`, `sets.contains`, `math.greatest`: functions whose name has a dot. */
function namespaceOf(target: Node, scope: Scope): string | undefined {
  if (target.kind !== 'name' || !functionNamespaces.has(target.name)) return undefined;
  for (let one = scope; one !== null; one = one.outer) if (one.name === target.name) return undefined;
  return target.name;
}

/** What may stand before the dot in the name of a function. */
export const functionNamespaces: ReadonlySet<string> = new Set([
  'format',
  'ip',
  'math',
  'optional',
  'sets',
  'strings',
]);

function comprehend(node: Comprehension, scope: Scope, machine: Machine): Value {
  const target = evaluate(node.target, scope, machine);
  const entries = entriesOf(target, node.names.length);
  const [first, second] = node.args;
  const run = (body: Node | undefined, values: readonly Value[]): Value => {
    const inner = node.names.reduce<Scope>((outer, name, index) => {
      return { name, value: values[index] ?? null, outer };
    }, scope);
    return body ? evaluate(body, inner, machine) : true;
  };
  switch (node.macro) {
    case 'all':
      return decide(entries, false, (values) => run(first, values));
    case 'exists':
      return decide(entries, true, (values) => run(first, values));
    case 'exists_one':
    case 'existsOne':
      return entries.filter((values) => truth(run(first, values))).length === 1;
    case 'filter':
      return entries.filter((values) => truth(run(first, values))).map(([item]) => item ?? null);
    case 'map':
    case 'transformList':
      return entries
        .filter((values) => second === undefined || truth(run(first, values)))
        .map((values) => run(second ?? first, values));
    case 'transformMap':
      return new Map(
        entries
          .filter((values) => second === undefined || truth(run(first, values)))
          .map((values): [Value, Value] => [values[0] ?? null, run(second ?? first, values)]),
      );
  }
}

function decide(entries: readonly Value[][], decisive: boolean, run: (values: Value[]) => Value): boolean {
  let failure: CelError | undefined;
  for (const values of entries) {
    try {
      if (truth(run(values)) === decisive) return decisive;
    } catch (error) {
      if (!(error instanceof CelError) || error instanceof CelBudgetError) throw error;
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return !decisive;
}

/** What the variables of a comprehension stand for, round by round. */
function entriesOf(target: Value, variables: number): Value[][] {
  if (isList(target)) {
    return target.map((item, index) => (variables === 1 ? [item] : [BigInt(index), item]));
  }
  if (isMap(target)) return [...target].map(([key, value]) => (variables === 1 ? [key] : [key, value]));
  throw noOverload();
}
