import { quote } from '../api/field-path.ts';
import type { FragmentBuilder } from './fragment.ts';

/** A name in a field of an object, with or without the namespace that it stands in. */
export interface NamedReference {
  readonly name: string;
  readonly namespace?: string | undefined;
}

export interface ResolvedName {
  readonly namespace: string;
  readonly name: string;
}

export type ReferenceFailure = 'CrossNamespaceReference' | 'NotSupported';

/**
 * Says which object a reference means, whatever kind it names and wherever it stands: without a namespace the referrer's
 * own; another namespace only where that is allowed (Traefik `allowCrossNamespace`). This is the only place that decides it,
 * so that no position can forget to ask. Where it refuses, it reports and answers with the code.
 */
export function resolveReference(
  fragment: FragmentBuilder,
  reference: NamedReference,
  path: string,
  allowCrossNamespace: boolean,
): ResolvedName | ReferenceFailure {
  const own = fragment.object.namespace;
  const { name } = reference;
  if (name.includes('@')) {
    fragment.report(
      `${path}.name`,
      'NotSupported',
      `${quote(name)} refers to another provider, and there are none`,
      'Name an object of Kubernetes, without @PROVIDER.',
    );
    return 'NotSupported';
  }
  const namespace =
    reference.namespace === undefined || reference.namespace === '' ? own : reference.namespace;
  if (namespace !== own && !allowCrossNamespace) {
    fragment.report(
      `${path}.namespace`,
      'CrossNamespaceReference',
      `${quote(name)} of namespace ${quote(namespace)} cannot be used from namespace ${quote(own)}`,
      'Use an object of the same namespace, or start Fairlead with --allow-cross-namespace.',
    );
    return 'CrossNamespaceReference';
  }
  return { namespace, name };
}
