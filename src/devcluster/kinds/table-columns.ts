import type { ApiObject, Json } from '../json.ts';
import type { TableColumn, TableLayout } from '../resource-type.ts';
import { shortAge } from '../tables/age.ts';

/** Printed in full by `kubectl get`. */
export function column(name: string, description: string): TableColumn {
  return { name, type: 'string', format: name === 'Name' ? 'name' : '', description, priority: 0 };
}

/** Printed with `-o wide` only. */
export function wideColumn(name: string, description: string): TableColumn {
  return { ...column(name, description), priority: 1 };
}

const nameColumn = column('Name', 'Name of the object, unique within its namespace.');
const ageColumn = column('Age', 'How long ago the object was created.');

/** A table that begins with the name; the age comes where `columns` says `Age`, by {@link age}, or last. */
export function table(
  columns: readonly TableColumn[],
  cells: (object: ApiObject, now: Date) => readonly Json[],
  wide: { columns: readonly TableColumn[]; cells: (object: ApiObject) => readonly Json[] } = noWide,
): TableLayout {
  return {
    columns: [nameColumn, ...columns, ageColumn, ...wide.columns],
    cells: (object, now) => [
      object.metadata.name,
      ...cells(object, now),
      age(object, now),
      ...wide.cells(object),
    ],
  };
}

const noWide = { columns: [], cells: () => [] };

/** What kubectl prints of kinds that have nothing of their own to show. */
export const nameAndAge: TableLayout = table([], () => []);

/** How long ago an object was created. */
export function age(object: ApiObject, now: Date): string {
  return shortAge(object.metadata.creationTimestamp, now);
}

/** The first few of a list, `none` for an empty one: `a,b,c + 2 more...` (as Kubernetes prints hosts and endpoints). */
export function shortList(items: readonly string[], limit: number, none: string): string {
  if (items.length === 0) return none;
  const more = items.length - limit;
  return more > 0 ? `${items.slice(0, limit).join(',')} + ${more} more...` : items.join(',');
}

/** `a=b,c=d` in the order of keys; `<none>` for an empty one. */
export function pairs(map: { [key: string]: Json | undefined } | undefined): string {
  const entries = Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? '<none>' : entries.map(([key, value]) => `${key}=${String(value)}`).join(',');
}
