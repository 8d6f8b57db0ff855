import { type AnnotationValue, annotationValue } from '../api/annotation-value.ts';
import { effectProblemOf, effectTables } from '../api/effects.ts';
import { joinPath } from '../api/field-path.ts';
import {
  type AnnotationDialect,
  type AnnotationEntry,
  annotationNamed,
  annotationNames,
  annotationPrefixes,
  decidingField,
} from '../api/ingress-annotations.ts';
import type { KubeObject } from '../model/cluster.ts';
import { type DiagnosticCode, diagnosticKinds } from '../model/diagnostic.ts';
import { nearestName } from '../model/nearest.ts';
import { byCodeUnit } from '../model/order.ts';
import { fieldsOf } from './shape.ts';

/** Tells what is wrong with the annotation `name`. */
export type AnnotationReport = (name: string, code: DiagnosticCode, message: string, hint?: string) => void;

/** What the annotations of an object ask for. */
export interface Annotated {
  /** By field of an IngressRoute. */
  readonly settings: ReadonlyMap<string, AnnotatedSetting>;
  /** Code of the first error, which keeps requests from being served; null where there is none. */
  readonly failure: DiagnosticCode | null;
}

export interface AnnotatedSetting {
  /** Of the annotation, with its prefix. */
  readonly name: string;
  readonly value: AnnotationValue;
}

/** The JSON path of an annotation. */
export function annotationPath(name: string): string {
  return joinPath('metadata.annotations', [name]);
}

const nothing: Annotated = Object.freeze({ settings: new Map(), failure: null });

const dialects = Object.keys(annotationPrefixes) as readonly AnnotationDialect[];

/**
 * Reads the annotations of Fairlead and of Traefik. A name that is not known and a value that makes no sense are errors: what
 * they were to say may be what keeps requests out. Where both say the same setting, Fairlead's counts, and what is said
 * `above` counts before all.
 */
export function readAnnotations(
  object: KubeObject,
  on: AnnotationEntry['on'],
  report: AnnotationReport,
  above: Annotated = nothing,
): Annotated {
  const names = Object.keys(fieldsOf(object.metadata.annotations)).filter((name) => dialectOf(name) !== null);
  if (names.length === 0) return nothing;
  const settings = new Map<string, AnnotatedSetting>();
  let failure: DiagnosticCode | null = null;
  const tell: AnnotationReport = (name, code, ...rest) => {
    report(name, code, ...rest);
    if (diagnosticKinds[code].severity === 'error') failure ??= code;
  };
  // Fairlead's come first by code unit.
  for (const name of names.sort(byCodeUnit)) {
    const entry = entryOf(name, on, tell);
    if (entry === null) continue;
    const other = settings.get(entry.field) ?? above.settings.get(entry.field);
    if (other !== undefined) {
      tell(name, 'FieldWithoutEffect', `has no effect: ${other.name} says the same setting and goes first`);
      continue;
    }
    const value = annotationValue(entry, object.metadata.annotations?.[name] ?? '');
    if (value === undefined) {
      tell(name, 'InvalidValue', `must be ${entry.expected}`);
      continue;
    }
    settings.set(entry.field, { name, value });
    judgeEffect(entry, value, (...problem) => tell(name, ...problem));
  }
  return { settings, failure };
}

function dialectOf(name: string): AnnotationDialect | null {
  return dialects.find((dialect) => name.startsWith(annotationPrefixes[dialect])) ?? null;
}

/** Null where there is nothing to read, which is told. */
function entryOf(name: string, on: AnnotationEntry['on'], tell: AnnotationReport): AnnotationEntry | null {
  const dialect = dialectOf(name) ?? 'fairlead';
  const prefix = annotationPrefixes[dialect];
  const entry = annotationNamed(dialect, name.slice(prefix.length));
  if (entry === undefined) {
    const nearest = nearestName(name.slice(prefix.length), annotationNames(dialect));
    const hint = nearest === null ? 'docs/ingress.md lists them.' : `Did you mean "${prefix}${nearest}"?`;
    tell(name, 'UnknownField', 'there is no such annotation', hint);
    return null;
  }
  if (entry.on === on || (dialect === 'fairlead' && on === 'Ingress')) return entry;
  const isWanted = dialect === 'fairlead';
  const code = isWanted ? 'NotSupported' : 'FieldWithoutEffect';
  const kind = entry.on === 'Ingress' ? 'an Ingress' : 'a Service';
  tell(name, code, `${isWanted ? 'is not supported' : 'has no effect'} here: it is read on ${kind} only`);
  return null;
}

function judgeEffect(
  entry: AnnotationEntry,
  value: AnnotationValue,
  tell: (code: DiagnosticCode, message: string, hint?: string) => void,
): void {
  const field = decidingField(entry);
  // Below a field that does not work, anything that is said asks for that field.
  const asked = field === entry.field ? value : {};
  const problem = effectProblemOf(effectTables.IngressRoute, field, { value: asked, path: '' });
  if (problem !== null) tell(problem.code, problem.message, problem.hint);
}
