import type { ApiObject, JsonObject } from '../json.ts';
import { type Condition, conditionOf } from './conditions.ts';
import { type DefinitionNames, namesIn, objectIn, specOf, textIn } from './definition.ts';

/** Names go to whoever has them already, then to whoever asks first; the last conflict is the one reported. */
export function acceptNames(
  definition: ApiObject,
  others: readonly ApiObject[],
): { accepted: JsonObject; condition: Condition } {
  const wanted = namesIn(specOf(definition).names);
  const had = namesIn(objectIn(definition, 'status').acceptedNames);
  const taken = namesTaken(definition, others);
  const accepted: JsonObject = {};
  let conflict: Condition | undefined;
  for (const { key, set, reason } of singleNames) {
    const name = wanted[key];
    const isTaken = name !== had[key] && taken[set].has(name);
    if (isTaken)
      conflict = conditionOf('NamesAccepted', 'False', reason, `${JSON.stringify(name)} is already in use`);
    const granted = isTaken ? had[key] : name;
    if (granted !== '' || key === 'kind' || key === 'plural') accepted[key] = granted;
  }
  const clash = wanted.shortNames.filter(
    (name) => !had.shortNames.includes(name) && taken.resources.has(name),
  );
  if (clash.length > 0) {
    const message = clash.map((name) => `${JSON.stringify(name)} is already in use`).join(', ');
    conflict = conditionOf('NamesAccepted', 'False', 'ShortNamesConflict', message);
  }
  const shortNames = clash.length > 0 ? had.shortNames : wanted.shortNames;
  if (shortNames.length > 0) accepted.shortNames = [...shortNames];
  if (wanted.categories.length > 0) accepted.categories = [...wanted.categories];
  const fine = conditionOf('NamesAccepted', 'True', 'NoConflicts', 'no conflicts found');
  return { accepted, condition: conflict ?? fine };
}

const singleNames = [
  { key: 'plural', set: 'resources', reason: 'PluralConflict' },
  { key: 'singular', set: 'resources', reason: 'SingularConflict' },
  { key: 'kind', set: 'kinds', reason: 'KindConflict' },
  { key: 'listKind', set: 'kinds', reason: 'ListKindConflict' },
] as const;

function namesTaken(definition: ApiObject, others: readonly ApiObject[]) {
  const group = textIn(specOf(definition), 'group');
  const accepted: DefinitionNames[] = others
    .filter(
      (other) => other.metadata.name !== definition.metadata.name && textIn(specOf(other), 'group') === group,
    )
    .map((other) => namesIn(objectIn(other, 'status').acceptedNames));
  return {
    resources: new Set(
      accepted
        .flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames])
        .filter(Boolean),
    ),
    kinds: new Set(accepted.flatMap(({ kind, listKind }) => [kind, listKind]).filter(Boolean)),
  };
}
