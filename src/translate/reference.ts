import { quote } from '../api/field-path.ts';
import type { TranslateContext } from './context.ts';
import { isGranted, type ReferredKind } from './grants.ts';

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
 * own; another namespace only where that is allowed for all (Traefik `allowCrossNamespace`) or by a ReferenceGrant there. This
 * is the only place that decides it, so that no position can forget to ask. Where it refuses, it reports and answers with
 * the code, and nothing of the other namespace but its grants has been read.
 */
export function resolveReference(
  context: Pick<TranslateContext, 'fragment' | 'lookup' | 'options'>,
  kind: ReferredKind,
  reference: NamedReference,
  path: string,
): ResolvedName | ReferenceFailure {
  const { fragment } = context;
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
  if (namespace === own || mayRefer(context, kind, { namespace, name })) return { namespace, name };
  fragment.report(
    `${path}.namespace`,
    'CrossNamespaceReference',
    `${kind} ${quote(name)} of namespace ${quote(namespace)} cannot be used from namespace ${quote(own)}`,
    'Use an object of the same namespace, have a ReferenceGrant made in the other one, or start Fairlead with --allow-cross-namespace.',
  );
  return 'CrossNamespaceReference';
}

/** Whether the object of the fragment may refer to an object of another namespace. Reports nothing. */
function mayRefer(
  { fragment, lookup, options }: Pick<TranslateContext, 'fragment' | 'lookup' | 'options'>,
  kind: ReferredKind,
  to: ResolvedName,
): boolean {
  return options.allowCrossNamespace || isGranted(lookup, fragment.object, { kind, ...to });
}
