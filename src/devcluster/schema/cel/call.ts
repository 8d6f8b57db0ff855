import type { Patterns } from '../pattern.ts';
import { isList, noOverload, type Value } from './values.ts';

/** One call of a function: what stands before the dot, if anything does, and the arguments. */
export interface Call {
  readonly receiver: Value | undefined;
  readonly args: readonly Value[];
}

/** @throws CelError */
export type CelFunction = (call: Call, patterns: Patterns) => Value;

/** Receiver and arguments in a row: most functions may be called either way, or it does not matter. */
export function operands({ receiver, args }: Call): readonly Value[] {
  return receiver === undefined ? args : [receiver, ...args];
}

/** @throws CelError for what is no text */
export function textOf(value: Value | undefined): string {
  if (typeof value !== 'string') throw noOverload();
  return value;
}

/** A whole number that fits. @throws CelError */
export function intOf(value: Value | undefined): number {
  if (typeof value !== 'bigint') throw noOverload();
  return Number(value);
}

/** @throws CelError for what is no list */
export function listOf(value: Value | undefined): readonly Value[] {
  if (value === undefined || !isList(value)) throw noOverload();
  return value;
}
