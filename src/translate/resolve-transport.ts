import type { Decoded } from '../api/decode.ts';
import { quote } from '../api/field-path.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { PlanTransport } from '../model/plan-transport.ts';
import type { TranslateContext } from './context.ts';
import { type Fragment, FragmentBuilder } from './fragment.ts';
import { type GroupedKind, plainKind, type TraefikKind } from './kinds.ts';
import type { Material, UsedCertificate } from './material.ts';
import { type NamedReference, resolveReference } from './reference.ts';

/** A transport that can be used, and what it holds. */
export interface ResolvedTransport {
  readonly planned: PlanTransport;
  readonly materials: readonly Material[];
  readonly certificates: readonly UsedCertificate[];
}

/** A transport as its object has it, and what is wrong with that. */
export type ReadTransport = Pick<Fragment, 'materials' | 'certificates' | 'diagnostics'> & {
  /** Null where the object does not decode. */
  readonly planned: PlanTransport | null;
};

/**
 * Makes a transport of a decoded object. What it names is looked up for the object that is being translated, which is made anew
 * when a Secret changes.
 */
export function readDecoded<Spec>(
  object: KubeObject,
  { value, diagnostics }: Decoded<Spec>,
  context: TranslateContext,
  plannedOf: (spec: Spec, context: TranslateContext) => PlanTransport,
): ReadTransport {
  const fragment = new FragmentBuilder(object);
  fragment.adopt(diagnostics);
  const planned = value === null ? null : plannedOf(value, { ...context, fragment });
  return { planned, ...fragment.build() };
}

/** The transport that a reference means, read with `read`. Where it cannot be used, reports that and answers with the code. */
export function resolveTransport(
  context: TranslateContext,
  kind: GroupedKind | TraefikKind,
  reference: NamedReference,
  read: (object: KubeObject, context: TranslateContext) => ReadTransport,
): ResolvedTransport | DiagnosticCode {
  const resolved = resolveReference(context, kind, reference, '');
  if (typeof resolved === 'string') return resolved;
  const { namespace, name } = resolved;
  const object = context.lookup.get(kind, namespace, name);
  if (object === undefined) {
    const message = `there is no ${kind} ${quote(name)} in namespace ${quote(namespace)}`;
    const hint = `Create the ${plainKind(kind)}, or correct the name.`;
    context.fragment.report('', 'ServersTransportNotFound', message, hint);
    return 'ServersTransportNotFound';
  }
  const { planned, materials, certificates, diagnostics } = read(object, context);
  if (planned !== null && planned.failure === null) return { planned, materials, certificates };
  // While Secrets are still being read, nothing is known to be wrong.
  if (!diagnostics.some(({ severity }) => severity === 'error')) return 'ServersTransportInvalid';
  const message = `${kind} ${quote(name)} is itself in error`;
  const hint = 'Its own diagnostics say what is wrong with it.';
  context.fragment.report('', 'ServersTransportInvalid', message, hint);
  return 'ServersTransportInvalid';
}
