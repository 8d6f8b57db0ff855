import { z } from 'zod';
import { type DiagnosticCode, diagnosticKinds } from '../model/diagnostic.ts';
import { nearestName } from '../model/nearest.ts';
import { isRecord, joinPath, quote, valueAt } from './field-path.ts';

/** What is wrong with one field; becomes a diagnostic when the object is added. */
export interface Problem {
  readonly path: string;
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: string;
}

/** More problems than this of one object are counted, not listed. */
export const maxListed = 100;

/** True for what keeps an object or a route from being served. */
export function isError(problem: Problem): boolean {
  return diagnosticKinds[problem.code].severity === 'error';
}

/** Says in plain words everything that `schema` finds wrong with `input`, whose own path is `base`. */
export function schemaProblems(
  schema: z.ZodType,
  input: unknown,
  base: string,
  issues: readonly z.core.$ZodIssue[],
): readonly Problem[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [valueProblem(issue, input, base)];
    const listed = issue.keys
      .slice(0, maxListed - 1)
      .map((key) => unknownField(schema, base, issue.path, key));
    const more = issue.keys.length - listed.length;
    if (more === 0) return listed;
    const path = joinPath(base, issue.path);
    return [...listed, { path, code: 'UnknownField', message: `and ${more} more unknown fields` }];
  });
}

function unknownField(schema: z.ZodType, base: string, parent: readonly PropertyKey[], key: string): Problem {
  const nearest = nearestName(key, knownFields(schema, parent));
  const problem = {
    path: joinPath(base, [...parent, key]),
    code: 'UnknownField' as const,
    message: `there is no field ${quote(key)} here`,
  };
  return nearest === null ? problem : { ...problem, hint: `Did you mean "${nearest}"?` };
}

function valueProblem(issue: z.core.$ZodIssue, input: unknown, base: string): Problem {
  const value = valueAt(input, issue.path);
  const path = joinPath(base, issue.path);
  if (value === undefined) return { path, code: 'InvalidObject', message: 'is required, but is missing' };
  const problem = { path, code: 'InvalidObject' as const, message: describe(issue, value) };
  if (issue.code !== 'invalid_value' || typeof value !== 'string') return problem;
  const nearest = nearestName(value, issue.values.map(String));
  return nearest === null ? problem : { ...problem, hint: `Did you mean "${nearest}"?` };
}

function describe(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeWords[issue.expected] ?? issue.expected}, but is ${valueWords(value)}`;
    case 'invalid_value': {
      const allowed = issue.values.map((one) => quote(String(one))).join(', ');
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${allowed}, but is ${valueWords(value)}`;
    }
    case 'too_big':
      return `must ${limitWords(issue.origin, 'at most', String(issue.maximum))}`;
    case 'too_small':
      return issue.origin === 'string' && issue.minimum === 1
        ? 'must not be empty'
        : `must ${limitWords(issue.origin, 'at least', String(issue.minimum))}`;
    case 'invalid_format':
    case 'invalid_union':
      return `${issue.message}, but is ${valueWords(value)}`;
    default:
      return issue.message;
  }
}

const typeWords: Readonly<Record<string, string>> = Object.freeze({
  string: 'text',
  number: 'a whole number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
});

function valueWords(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return 'an object';
  return typeof value === 'string' ? `the text ${quote(value)}` : String(value);
}

function limitWords(origin: string, bound: string, limit: string): string {
  if (origin === 'string') return `have ${bound} ${limit} characters`;
  if (origin === 'array') return `have ${bound} ${limit} entries`;
  return `be ${bound} ${limit}`;
}

/** The names of the fields of the object that `steps` lead to. */
function knownFields(schema: z.ZodType, steps: readonly PropertyKey[]): readonly string[] {
  let current: z.core.$ZodType | undefined = unwrap(schema);
  for (const step of steps) {
    if (current instanceof z.ZodArray) current = unwrap(current.element);
    else if (current instanceof z.ZodObject) current = unwrap(current.shape[String(step)]);
    else return [];
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodExactOptional || schema instanceof z.ZodDefault) return unwrap(schema.unwrap());
  return schema;
}
