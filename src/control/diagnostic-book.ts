import { byDiagnostic, type Diagnostic, type DiagnosticCode } from '../model/diagnostic.ts';
import type { Log } from '../model/log.ts';
import { formatReference } from '../model/object-reference.ts';
import { byCodeUnit } from '../model/order.ts';
import { SortedList } from '../model/sorted-list.ts';

export interface DiagnosticChanges {
  readonly appeared: readonly Diagnostic[];
  readonly gone: readonly Diagnostic[];
}

/** How many diagnostics there are of objects of one kind with one code. */
export interface DiagnosticCount {
  readonly kind: string;
  readonly code: DiagnosticCode;
  readonly count: number;
}

/** The problems that there are now, from wherever they come; each is logged once when it appears and once when it is gone. */
export class DiagnosticBook {
  readonly #log: Log;
  // Diagnostics keep their identity from appearing to being gone.
  readonly #list = new SortedList<Diagnostic, Diagnostic>((one) => one, byDiagnostic);
  readonly #counts = new Map<string, DiagnosticCount>();

  constructor(log: Log) {
    this.#log = log;
  }

  apply({ appeared, gone }: DiagnosticChanges): void {
    for (const one of gone) {
      this.#list.delete(one);
      this.#count(one, -1);
    }
    for (const one of appeared) {
      this.#list.set(one);
      this.#count(one, 1);
    }
    this.#tell(gone, (one) => this.#log.info(fieldsOf(one), 'diagnostic gone'));
    this.#tell(appeared, (one) => this.#log.warn(fieldsOf(one), 'diagnostic'));
  }

  /** By object and path. The same array until it changes. */
  list(): readonly Diagnostic[] {
    return this.#list.read();
  }

  /** By kind and code; a pair that was counted once stays, with 0. */
  counts(): readonly DiagnosticCount[] {
    return [...this.#counts.values()].sort(
      (left, right) => byCodeUnit(left.kind, right.kind) || byCodeUnit(left.code, right.code),
    );
  }

  #count({ object, code }: Diagnostic, change: number): void {
    const key = `${object.kind} ${code}`;
    const count = (this.#counts.get(key)?.count ?? 0) + change;
    this.#counts.set(key, { kind: object.kind, code, count });
  }

  #tell(diagnostics: readonly Diagnostic[], line: (one: Diagnostic) => void): void {
    for (const one of diagnostics.slice(0, mostLines)) line(one);
    const more = diagnostics.length - mostLines;
    if (more > 0) this.#log.warn({ more }, 'more diagnostics changed than are logged');
  }
}

/** Lines for one update, so that one change cannot flood the log: all diagnostics stand in the admin API and the metrics. */
const mostLines = 100;

function fieldsOf({ object, path, code, message, hint }: Diagnostic): object {
  const base = { object: formatReference(object), path, code, problem: message };
  return hint === undefined ? base : { ...base, hint };
}
