import { ApiError } from '../api-error.ts';
import { type FieldSet, pathText } from './field-set.ts';
import type { ManagerEntry } from './managers.ts';

/** A field that somebody wants to change and somebody else owns. */
export interface FieldConflict {
  /** The owner as messages have it: `"one"`, `"two" using v1`. */
  readonly owner: string;
  /** `.spec.ports[name="http"].port` */
  readonly field: string;
  readonly path: readonly string[];
}

/** Whose fields a change takes, sorted by owner and field. */
export function conflictsOf(others: readonly ManagerEntry[], changed: FieldSet): FieldConflict[] {
  return others
    .flatMap((entry) =>
      entry.fields
        .intersection(changed)
        .paths()
        .map((path) => ({ owner: ownerText(entry), field: pathText(path), path })),
    )
    .sort(byOwnerAndField);
}

function byOwnerAndField(a: FieldConflict, b: FieldConflict): number {
  if (a.owner !== b.owner) return a.owner < b.owner ? -1 : 1;
  return a.field < b.field ? -1 : a.field > b.field ? 1 : 0;
}

function ownerText({ manager, subresource, operation, apiVersion }: ManagerEntry): string {
  const name =
    JSON.stringify(manager) + (subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`);
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}

/** 409 with one cause per field. */
export function conflictError(conflicts: readonly FieldConflict[]): ApiError {
  const causes = conflicts.map(({ owner, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${owner}`,
    field,
  }));
  const count = conflicts.length === 1 ? '1 conflict' : `${conflicts.length} conflicts`;
  const sorted = causes.sort((a, b) => (a.field < b.field ? -1 : a.field > b.field ? 1 : 0));
  return new ApiError(409, 'Conflict', `Apply failed with ${count}: ${textOf(conflicts)}`, {
    causes: sorted,
  });
}

function textOf(conflicts: readonly FieldConflict[]): string {
  const [first, ...more] = conflicts;
  if (first !== undefined && more.length === 0) return `conflict with ${first.owner}: ${first.field}`;
  const owners = [...new Set(conflicts.map(({ owner }) => owner))];
  return owners
    .map((owner) => {
      const fields = conflicts
        .filter((conflict) => conflict.owner === owner)
        .map(({ field }) => `- ${field}`);
      return `conflicts with ${owner}:\n${fields.join('\n')}`;
    })
    .join('\n');
}
