import type { Json } from '../json.ts';
import type { FieldError } from '../resource-type.ts';
import { invalidValue, typeInvalid } from './field-errors.ts';
import { Patterns } from './pattern.ts';
import { type Place, pathOf } from './place.ts';

/** A broken rule of a schema, and whose rule it is: if that value did not change in an update, the finding is forgiven. */
export interface Finding {
  readonly error: FieldError;
  readonly place: Place;
}

/** More says nothing new, and costs. */
const maxFindings = 100;

/** Values that one validation may look at, alternatives of the schema counted each. */
const maxSteps = 2_000_000;

/** Collects what one validation finds, and keeps it from taking for ever. */
export class Findings {
  readonly list: Finding[] = [];
  readonly patterns: Patterns;
  readonly #steps: { count: number };
  readonly #isQuiet: boolean;
  #count = 0;

  constructor(patterns: Patterns = new Patterns(), steps = { count: 0 }, isQuiet = false) {
    this.patterns = patterns;
    this.#steps = steps;
    this.#isQuiet = isQuiet;
  }

  /** How many there are; for quiet ones there is nothing more to learn. */
  get count(): number {
    return this.#count;
  }

  /** False if it does not matter how another finding is worded, as nobody will read it. */
  get isWorded(): boolean {
    return !this.#isQuiet && this.list.length < maxFindings;
  }

  /** True once there was too much work; nothing more should be done then. */
  get isSpent(): boolean {
    return this.#steps.count > maxSteps;
  }

  /**
   * For trying alternatives: what they find counts only if the caller says so.
   *
   * @param isQuiet findings are counted but not worded
   */
  apart(isQuiet: boolean): Findings {
    return new Findings(this.patterns, this.#steps, isQuiet);
  }

  /** Counts work. False, and a finding, if there was too much of it. */
  mayGoOn(cost: number): boolean {
    this.#steps.count += cost;
    if (!this.isSpent) return true;
    if (this.#count === 0) this.nowhere(null, 'object takes too long to validate');
    return false;
  }

  add(place: Place, error: FieldError): void {
    this.#count += 1;
    if (this.isWorded) this.list.push({ error, place });
  }

  /** `spec.legs in body should be …`: the value at a place breaks a rule. */
  invalid(place: Place, value: Json, should: string): void {
    if (!this.isWorded) this.#count += 1;
    else {
      const path = pathOf(place);
      this.add(place, invalidValue(path, value, `${path} in body ${should}`));
    }
  }

  /** The value is not of the type or of the format. */
  wrongType(place: Place, expected: string, actual: string): void {
    if (!this.isWorded) this.#count += 1;
    else {
      const path = pathOf(place);
      const detail = `${path} in body must be of type ${expected}: ${JSON.stringify(actual)}`;
      this.add(place, typeInvalid(path, actual, detail));
    }
  }

  /** For rules that Kubernetes reports without a field. */
  nowhere(place: Place, detail: string): void {
    this.add(place, invalidValue('<nil>', '', detail));
  }
}
