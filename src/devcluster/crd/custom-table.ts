import type { ApiObject, Json, JsonObject } from '../json.ts';
import type { TableColumn, TableLayout } from '../resource-type.ts';
import { shortAge } from '../tables/age.ts';
import { selectAll } from '../tables/json-path.ts';
import { type JsonPath, parseJsonPath } from '../tables/json-path-syntax.ts';
import { textIn } from './definition.ts';

/**
 * The Table of a custom kind: its name, then the columns that the CRD asks for (`additionalPrinterColumns`), or the age
 * where it asks for none.
 */
export function customTable(columns: readonly JsonObject[]): TableLayout {
  const own = (columns.length === 0 ? [ageColumn] : columns).map(readColumn);
  return {
    columns: [nameColumn, ...own.map(({ column }) => column)],
    cells: (object, now) => [object.metadata.name, ...own.map((each) => cell(each, object, now))],
  };
}

interface OwnColumn {
  readonly column: TableColumn;
  /** Null if the path does not make sense; its cells stay empty. */
  readonly path: JsonPath | null;
}

const nameColumn: TableColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  priority: 0,
};

const ageColumn: JsonObject = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'When the object was created.',
};

const columnTypes: readonly string[] = ['string', 'integer', 'number', 'boolean', 'date'];

function readColumn(column: JsonObject): OwnColumn {
  const jsonPath = textIn(column, 'jsonPath');
  const type = textIn(column, 'type');
  const path = parseJsonPath(jsonPath);
  return {
    path: 'error' in path ? null : path,
    column: {
      name: textIn(column, 'name'),
      type: columnTypes.includes(type) ? (type as TableColumn['type']) : 'string',
      format: textIn(column, 'format'),
      description:
        textIn(column, 'description') ||
        `Custom resource definition column (in JSONPath format): ${jsonPath}`,
      priority: typeof column.priority === 'number' ? column.priority : 0,
    },
  };
}

/** The first value found, in the form of the column's type; null where there is none or where it does not fit. */
function cell({ column, path }: OwnColumn, object: ApiObject, now: Date): Json {
  const value = path === null ? undefined : selectAll(path, object)[0];
  if (value === undefined || value === null) return null;
  switch (column.type) {
    case 'string':
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? shortAge(value, now) : null;
  }
}
