import { quote } from '../api/field-path.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { MaterialId } from '../model/plan-tls.ts';
import type { Pair } from './certificate.ts';
import type { TranslateContext } from './context.ts';
import { type Fragment, FragmentBuilder } from './fragment.ts';
import { inBothGroups } from './kinds.ts';
import { isGeneral, usualName } from './tls-option.ts';
import { pairOf } from './tls-secret.ts';

/**
 * A TLSStore named `default` offers its certificates to objects of its namespace that name none; that of Fairlead's own
 * namespace to all, and its default certificate holds for all handshakes that nothing else is said of.
 */
export function translateTlsStore(object: KubeObject, context: TranslateContext): Fragment {
  const { fragment } = context;
  const { value, diagnostics } = context.readTlsStore(object);
  fragment.adopt(diagnostics);
  if (object.metadata.name !== usualName) {
    const message = `only a TLSStore of the name ${quote(usualName)} has an effect`;
    fragment.report('', 'FieldWithoutEffect', message, 'Give it that name, and remove the references to it.');
    return fragment.build();
  }
  const general = isGeneral(object, context);
  const main = mainCertificate(object, context);
  if (main !== null && general) {
    const { createdAt } = fragment;
    const certificate = typeof main === 'string' ? main : main.material.id;
    fragment.claim({ host: '', object: fragment.object, path: '', createdAt, options: null, certificate });
  }
  for (const [index, { secretName }] of (value?.certificates ?? []).entries()) {
    const name = { namespace: fragment.object.namespace, name: secretName };
    const pair = pairOf(context, name, `spec.certificates[${index}].secretName`);
    if (typeof pair !== 'string') offer(fragment, pair, general);
  }
  return fragment.build();
}

function offer(
  fragment: FragmentBuilder,
  { certificate: { names }, material }: Pair,
  general: boolean,
): void {
  const { object, createdAt } = fragment;
  for (const host of names) {
    const reach = general ? 'everywhere' : 'namespace';
    fragment.offer({ host, object, createdAt, certificate: material.id, reach, isOpen: true });
  }
}

/** The default certificate of the TLSStore `default` of the object's namespace; undefined where there is none. */
export function usualCertificate(context: TranslateContext): MaterialId | 'refused' | undefined {
  const { fragment, lookup, options } = context;
  const { namespace } = fragment.object;
  if (namespace === options.ownNamespace) return undefined;
  for (const kind of inBothGroups('TLSStore')) {
    const object = lookup.get(kind, namespace, usualName);
    if (object === undefined) continue;
    // What is wrong with it is told where it is translated itself.
    const aside = new FragmentBuilder(object);
    const main = mainCertificate(object, { ...context, fragment: aside });
    if (main === null) continue;
    if (main === 'refused') return main;
    fragment.useMaterial(main.material);
    return main.material.id;
  }
  return undefined;
}

/** Null where the store names no default certificate. A store in error refuses: what it was to say is not known. */
function mainCertificate(object: KubeObject, context: TranslateContext): Pair | 'refused' | null {
  const { value } = context.readTlsStore(object);
  if (value === null) return 'refused';
  const { secretName } = value.defaultCertificate ?? {};
  if (secretName === undefined) return null;
  const name = { namespace: object.metadata.namespace ?? '', name: secretName };
  const pair = pairOf(context, name, 'spec.defaultCertificate.secretName');
  return typeof pair === 'string' ? 'refused' : pair;
}
