import type { Json, JsonObject } from '../json.ts';
import { listIn, objectIn, versionsOf } from './definition.ts';

/** What `status.storedVersions` has to be: what it was, and the version that is stored now. */
export function storedVersions(definition: JsonObject): Json[] {
  const known = [...listIn(objectIn(definition, 'status'), 'storedVersions')];
  const stored = versionsOf(definition).find(({ storage }) => storage)?.name;
  return stored === undefined || known.includes(stored) ? known : [...known, stored];
}
