import { referenceGrantKind } from '../api/kubernetes.ts';
import type { ObjectReference } from '../model/object-reference.ts';
import { apiVersionOf, type GroupedKind, plainKind, type TraefikKind } from './kinds.ts';
import type { Lookup } from './lookup.ts';
import { elementsOf, type Fields, fieldsOf } from './shape.ts';

/** A kind that a field can refer to. */
export type ReferredKind = 'Service' | 'Secret' | GroupedKind | TraefikKind;

/** The object that a reference leads to. */
interface Referent {
  readonly kind: ReferredKind;
  readonly namespace: string;
  readonly name: string;
}

/**
 * Whether a ReferenceGrant in the namespace of the referent lets the referrer use it (Gateway API ReferenceGrant): one entry
 * of `from` names group, kind and namespace of the referrer, and one of `to` group and kind of the referent, and its name or
 * none. The grants of that namespace are noted as read, so that one that goes takes effect at once. What does not have the
 * shape of an entry grants nothing.
 */
export function isGranted(lookup: Lookup, referrer: ObjectReference, referent: Referent): boolean {
  return lookup.listIn(referenceGrantKind, referent.namespace).some((grant) => {
    const spec = fieldsOf(fieldsOf(grant).spec);
    return (
      elementsOf(spec.from).some((from) => namesReferrer(fieldsOf(from), referrer)) &&
      elementsOf(spec.to).some((to) => namesReferent(fieldsOf(to), referent))
    );
  });
}

function namesReferrer(from: Fields, { apiVersion, kind, namespace }: ObjectReference): boolean {
  return from.group === groupOf(apiVersion) && from.kind === plainKind(kind) && from.namespace === namespace;
}

function namesReferent(to: Fields, { kind, name }: Referent): boolean {
  const isNamed = to.name === undefined || to.name === null || to.name === name;
  return isNamed && to.group === groupOfKind(kind) && to.kind === plainKind(kind);
}

function groupOfKind(kind: ReferredKind): string {
  return kind === 'Service' || kind === 'Secret' ? '' : groupOf(apiVersionOf(kind));
}

/** The group of an `apiVersion`; empty for the core group. */
function groupOf(apiVersion: string): string {
  const [group = '', version] = apiVersion.split('/');
  return version === undefined ? '' : group;
}
