import type { ApiObject, JsonObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import { acceptNames } from './accept-names.ts';
import { type Condition, conditionOf, withConditions } from './conditions.ts';
import { customType } from './custom-type.ts';
import { conditionStatus, listIn, objectIn, versionsOf } from './definition.ts';
import { storedVersions } from './stored-versions.ts';

/**
 * The types that a CRD defines: one per served version, none while its names are not accepted. Objects are the same in
 * all versions but for their apiVersion (conversion None).
 */
export function typesOf(definition: ApiObject): ResourceType[] {
  if (conditionStatus(definition, 'Established') === 'False') return [];
  return versionsOf(definition)
    .filter(({ served }) => served)
    .map((version) => customType(definition, version));
}

/**
 * What the API server says about a CRD: the names it accepts, whether the kind is served, and in which versions objects
 * may be stored. Pure: the caller stores it.
 *
 * @param others all CRDs; those of other groups, and the definition itself, do not matter
 * @param now becomes the time of conditions that change
 */
export function definitionStatus(definition: ApiObject, others: readonly ApiObject[], now: Date): JsonObject {
  const { accepted, condition } = acceptNames(definition, others);
  const wasEstablished = conditionStatus(definition, 'Established') === 'True';
  const isEstablished = wasEstablished || condition.status === 'True';
  const established: Condition = isEstablished
    ? conditionOf('Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted')
    : conditionOf('Established', 'False', 'NotAccepted', 'not all names are accepted');
  const before = objectIn(definition, 'status');
  return {
    ...before,
    acceptedNames: accepted,
    conditions: withConditions(listIn(before, 'conditions'), [condition, established], now),
    storedVersions: storedVersions(definition),
  };
}
