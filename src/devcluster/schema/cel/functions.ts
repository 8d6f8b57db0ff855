import type { Patterns } from '../pattern.ts';
import type { Call, CelFunction } from './call.ts';
import { convertFunctions } from './functions-convert.ts';
import { formatFunctions } from './functions-format.ts';
import { listFunctions } from './functions-list.ts';
import { netFunctions } from './functions-net.ts';
import { optionalFunctions } from './functions-optional.ts';
import { textFunctions } from './functions-text.ts';
import { timeFunctions } from './functions-time.ts';
import { quantityFunctions } from './quantity.ts';
import { CelError } from './syntax.ts';

/**
 * The functions of CEL and those that Kubernetes adds. Names that several types share are tried in this order. Not there:
 * `authorizer`, `semver`, encoders and dates in time zones other than UTC.
 */
const families: readonly Readonly<Record<string, CelFunction>>[] = [
  convertFunctions,
  textFunctions,
  listFunctions,
  optionalFunctions,
  timeFunctions,
  quantityFunctions,
  netFunctions,
  formatFunctions,
];

/** True if there is a function of this name for some type. */
export function isFunction(name: string): boolean {
  return families.some((family) => Object.hasOwn(family, name));
}

/** @throws CelError if no function of this name takes such arguments, or if it fails */
export function callFunction(name: string, call: Call, patterns: Patterns): ReturnType<CelFunction> {
  const candidates = families.flatMap((family) => (Object.hasOwn(family, name) ? (family[name] ?? []) : []));
  if (candidates.length === 0) throw new CelError(`undeclared reference to '${name}'`);
  let failure: unknown;
  for (const candidate of candidates) {
    try {
      return candidate(call, patterns);
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      if (error.message !== 'no such overload') throw error;
      failure = error;
    }
  }
  throw failure;
}
