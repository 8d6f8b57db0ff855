import { type CelFunction, listOf, operands } from './call.ts';
import { operate } from './operators.ts';
import { CelError } from './syntax.ts';
import { areSame, compareValues, isList, noOverload, type Value } from './values.ts';

const listFunction =
  (run: (list: readonly Value[], ...args: readonly Value[]) => Value): CelFunction =>
  ({ receiver, args }) =>
    run(listOf(receiver), ...args);

/** Lists, sets and what is largest: `isSorted`, `sum`, `sets.contains`, `math.greatest`. */
export const listFunctions: Readonly<Record<string, CelFunction>> = {
  distinct: listFunction((list) => distinct(list)),
  flatten: listFunction((list) => list.flatMap((item) => (isList(item) ? [...item] : [item]) as Value[])),
  indexOf: listFunction((list, item = null) => BigInt(list.findIndex((other) => areSame(item, other)))),
  isSorted: listFunction((list) =>
    list.every((item, index) => index === 0 || compareValues(list[index - 1] ?? null, item) <= 0),
  ),
  lastIndexOf: listFunction((list, item = null) =>
    BigInt(list.findLastIndex((other) => areSame(item, other))),
  ),
  'math.abs': ({ args: [value = null] }) =>
    compareValues(value, 0n) < 0 ? operate('negate', [value]) : value,
  'math.greatest': ({ args }) => extreme(valuesIn(args), 1),
  'math.least': ({ args }) => extreme(valuesIn(args), -1),
  max: listFunction((list) => extreme(list, 1)),
  min: listFunction((list) => extreme(list, -1)),
  reverse: listFunction((list) => list.toReversed()),
  'sets.contains': (call) => {
    const [list, part] = operands(call).map(listOf);
    return (part ?? []).every((item) => has(list ?? [], item));
  },
  'sets.equivalent': (call) => {
    const [one = [], other = []] = operands(call).map(listOf);
    return one.every((item) => has(other, item)) && other.every((item) => has(one, item));
  },
  'sets.intersects': (call) => {
    const [one = [], other = []] = operands(call).map(listOf);
    return one.some((item) => has(other, item));
  },
  slice: listFunction((list, start = null, end = null) => {
    if (typeof start !== 'bigint' || typeof end !== 'bigint') throw noOverload();
    if (start < 0n || end > BigInt(list.length) || start > end) throw new CelError('invalid slice range');
    return list.slice(Number(start), Number(end));
  }),
  sort: listFunction((list) => list.toSorted(compareValues)),
  sum: listFunction((list) =>
    list.reduce<Value>((sum, item) => (sum === 0n ? item : operate('+', [sum, item])), 0n),
  ),
};

/** Comparing everything with everything would take too long beyond this. */
const maxUnsorted = 5_000;

function has(list: readonly Value[], item: Value): boolean {
  if (list.length > maxUnsorted) throw new CelError('list is too long');
  return list.some((other) => areSame(item, other));
}

function distinct(list: readonly Value[]): Value[] {
  if (list.length > maxUnsorted) throw new CelError('list is too long');
  return list.filter((item, index) => list.findIndex((other) => areSame(item, other)) === index);
}

function valuesIn(args: readonly Value[]): readonly Value[] {
  const [only] = args;
  return args.length === 1 && only !== undefined && isList(only) ? only : args;
}

function extreme(list: readonly Value[], sign: 1 | -1): Value {
  const [first, ...rest] = list;
  if (first === undefined) throw new CelError('called on an empty list');
  return rest.reduce<Value>((best, item) => (compareValues(item, best) * sign > 0 ? item : best), first);
}
