import type { Json } from '../json.ts';
import { areEqual, getOwn, isObject } from '../schema/values.ts';
import type { Filter, JsonPath, Step } from './json-path-syntax.ts';

/** Results of one path over one object. */
const maxResults = 10_000;

/** All values that a path selects, in the order of the object. */
export function selectAll(path: JsonPath, root: Json): Json[] {
  return path.steps.reduce<Json[]>(
    (values, step) => {
      const found: Json[] = [];
      for (const value of values) {
        for (const one of take(step, value, root)) if (found.length < maxResults) found.push(one);
      }
      return found;
    },
    [root],
  );
}

function take(step: Step, value: Json, root: Json): readonly Json[] {
  switch (step.kind) {
    case 'field': {
      const inner = isObject(value) ? getOwn(value, step.name) : undefined;
      return inner === undefined ? [] : [inner];
    }
    case 'all':
      return childrenOf(value);
    case 'deep':
      return descendants(value, step.name);
    case 'slice':
      return Array.isArray(value) ? sliceOf(value, step) : [];
    case 'union':
      return step.steps.flatMap((one) => [...take(one, value, root)]);
    case 'filter':
      return childrenOf(value).filter((item) => passes(step.filter, item, root));
  }
}

function childrenOf(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value).filter((inner) => inner !== undefined) : [];
}

function descendants(value: Json, name: string): Json[] {
  const own = isObject(value) ? getOwn(value, name) : undefined;
  const inside = childrenOf(value).flatMap((child) => descendants(child, name));
  return own === undefined ? inside : [own, ...inside];
}

function sliceOf(list: Json[], { start, end, step }: Extract<Step, { kind: 'slice' }>): Json[] {
  const from = start === undefined ? 0 : start < 0 ? start + list.length : start;
  const to = end === undefined ? list.length : end < 0 ? end + list.length : end;
  return list.slice(Math.max(from, 0), Math.max(to, 0)).filter((_, index) => index % step === 0);
}

function passes({ left, operator, right }: Filter, item: Json, root: Json): boolean {
  const values = operand(left, item, root);
  if (operator === 'exists') return values.length > 0;
  const others = operand(right, item, root);
  const [one] = values;
  const [other] = others;
  if (one === undefined || other === undefined) return false;
  return compare(one, operator, other);
}

function operand(side: Filter['left'] | undefined, item: Json, root: Json): Json[] {
  if (side === undefined) return [];
  if ('literal' in side) return [side.literal];
  return selectAll(side.path, side.fromRoot ? root : item);
}

function compare(one: Json, operator: Exclude<Filter['operator'], 'exists'>, other: Json): boolean {
  if (operator === '==') return areEqual(one, other);
  if (operator === '!=') return !areEqual(one, other);
  const isOrdered =
    (typeof one === 'number' && typeof other === 'number') ||
    (typeof one === 'string' && typeof other === 'string');
  if (!isOrdered) return false;
  switch (operator) {
    case '<':
      return one < other;
    case '<=':
      return one <= other;
    case '>':
      return one > other;
    case '>=':
      return one >= other;
  }
}
