import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { LintCode, LintSeverity } from '../translate/lint/lint-kinds.ts';

/** One line of `check`. The names are what `--output json` prints. */
export interface Finding {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly severity: LintSeverity;
  readonly code: FindingCode;
  /** `KIND/NAMESPACE/NAME`; empty where no object could be read. */
  readonly object: string;
  /** JSON path; empty for the object as a whole. */
  readonly field: string;
  readonly message: string;
  readonly hint: string;
}

/** The diagnostics of the controller, what the objects say together, and what only files can have. */
export type FindingCode = DiagnosticCode | LintCode | 'InvalidManifest' | 'DuplicateObject' | 'UnknownKind';
