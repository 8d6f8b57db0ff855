import type { Schema } from '../schema.ts';
import { tooLong } from './field-errors.ts';
import type { Findings } from './findings.ts';
import { hasFormat } from './formats.ts';
import { type Place, pathOf } from './place.ts';

/** Length, pattern and format of a text. Lengths count characters (code points), as Kubernetes does. */
export function checkText(schema: Schema, text: string, place: Place, findings: Findings): void {
  const { minLength, maxLength, pattern, format } = schema;
  if (maxLength !== undefined && text.length > maxLength && lengthOf(text) > maxLength) {
    findings.add(place, tooLong(pathOf(place), maxLength));
    return;
  }
  if (minLength !== undefined && lengthOf(text) < minLength) {
    findings.invalid(place, text, `should be at least ${minLength} chars long`);
  }
  if (pattern !== undefined && findings.patterns.find(pattern, text) !== true) {
    findings.invalid(place, text, `should match '${pattern}'`);
  }
  if (format !== undefined && !hasFormat(format, text)) findings.wrongType(place, format, text);
}

function lengthOf(text: string): number {
  let length = 0;
  for (const _character of text) length += 1;
  return length;
}

/** Range, multiple and width of a number. */
export function checkNumber(schema: Schema, value: number, place: Place, findings: Findings): void {
  const { multipleOf, maximum, minimum } = schema;
  checkWidth(schema, value, place, findings);
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) {
    findings.invalid(place, value, `should be a multiple of ${multipleOf}`);
  }
  if (maximum !== undefined && (schema.exclusiveMaximum ? value >= maximum : value > maximum)) {
    const bound = schema.exclusiveMaximum ? 'less than' : 'less than or equal to';
    findings.invalid(place, value, `should be ${bound} ${maximum}`);
  }
  if (minimum !== undefined && (schema.exclusiveMinimum ? value <= minimum : value < minimum)) {
    const bound = schema.exclusiveMinimum ? 'greater than' : 'greater than or equal to';
    findings.invalid(place, value, `should be ${bound} ${minimum}`);
  }
}

function checkWidth(schema: Schema, value: number, place: Place, findings: Findings): void {
  if (schema.type !== 'integer') return;
  const { format } = schema;
  const isTooWide = format === 'int32' && (value > 2 ** 31 - 1 || value < -(2 ** 31));
  if (Number.isInteger(value) && !isTooWide) return;
  const form = format === undefined ? '(default format)' : `with format ${format}`;
  findings.nowhere(place, `Checked value must be of type integer ${form} in ${pathOf(place)}`);
}

function isMultiple(value: number, factor: number): boolean {
  const ratio = value / factor;
  return Math.abs(ratio - Math.round(ratio)) < 1e-9;
}
