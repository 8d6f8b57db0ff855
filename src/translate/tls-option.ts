import { quote } from '../api/field-path.ts';
import { traefikApiVersion } from '../api/kubernetes.ts';
import { openSslCipherSuite, openSslGroup, tlsVersion } from '../api/tls-names.ts';
import type { TlsOptionSpec } from '../api/tls-option.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import { defaultTlsOptions, type PlanTlsOptions, type TlsOptionsId } from '../model/plan-tls.ts';
import { aside, reportedAt } from './aside.ts';
import type { TranslateContext } from './context.ts';
import { type Fragment, FragmentBuilder } from './fragment.ts';
import { inBothGroups, kindFor } from './kinds.ts';
import { type NamedReference, resolveReference } from './reference.ts';
import { authoritiesOf } from './tls-secret.ts';
import { referenceIn } from './written-reference.ts';

/** The name of the TLSOption and the TLSStore that hold where none is named, as in Traefik. */
export const usualName = 'default';

type OptionKind = ReturnType<typeof inBothGroups<'TLSOption'>>[number];

/**
 * A TLSOption is brought along by the objects that name it, and what is wrong with it is told here, once. The one named
 * `default` in Fairlead's own namespace also holds for all handshakes that nothing else says anything of.
 */
export function translateTlsOption(object: KubeObject, context: TranslateContext): Fragment {
  const { fragment } = context;
  const read = readOption(object, context);
  fragment.adopt(read.diagnostics);
  if (isGeneral(object, context)) {
    const { createdAt } = fragment;
    bring(fragment, read);
    const claim = { host: '', object: fragment.object, path: '', createdAt, certificate: null };
    fragment.claim({ ...claim, options: read.planned.id });
  }
  return fragment.build();
}

/** Whether an object holds for whatever nothing else is said of. */
export function isGeneral({ metadata }: KubeObject, { options }: Pick<TranslateContext, 'options'>): boolean {
  return metadata.name === usualName && metadata.namespace === options.ownNamespace;
}

/** Settings that a reference leads to. Where they cannot be had, they are such that every handshake is refused. */
export interface ResolvedOptions {
  readonly id: TlsOptionsId;
  readonly failure: DiagnosticCode | null;
}

/**
 * Finds the TLSOption that an object names, of its own group unless `kind` says another; reports where it cannot be used. Null
 * where the name stands for the usual settings, and nobody has made an object of it.
 */
export function resolveTlsOption(
  context: TranslateContext,
  reference: NamedReference,
  path: string,
  kind: OptionKind = kindFor('TLSOption', context.fragment.object) as OptionKind,
): ResolvedOptions | null {
  const { fragment, lookup } = context;
  const resolved = resolveReference(context, kind, reference, path);
  if (typeof resolved === 'string') {
    const { name, namespace = '' } = reference;
    return refuse(fragment, `refused/${namespace}/${name}`, resolved);
  }
  const { namespace, name } = resolved;
  const object = lookup.get(kind, namespace, name);
  if (object === undefined) {
    if (name === usualName && namespace === fragment.object.namespace) return null;
    const message = `there is no ${kind} ${quote(name)} in namespace ${quote(namespace)}`;
    const hint = 'Create the TLSOption, or correct the name.';
    fragment.report(`${path}.name`, 'TlsOptionNotFound', message, hint);
    return refuse(fragment, idOf(kind, namespace, name), 'TlsOptionNotFound');
  }
  const read = readOption(object, context);
  bring(fragment, read);
  const { id, failure } = read.planned;
  if (failure === null) return { id, failure };
  // While Secrets are still being read, nothing is known to be wrong.
  if (read.diagnostics.some(({ severity }) => severity === 'error')) {
    const message = `${kind} ${quote(name)} is itself in error`;
    const hint = 'Its own diagnostics say what is wrong with it.';
    fragment.report(`${path}.name`, 'TlsOptionInvalid', message, hint);
  }
  return { id, failure: 'TlsOptionInvalid' };
}

/**
 * The same for the text of an annotation: `NAME`, `NAMESPACE/NAME` or Traefik's `NAMESPACE-NAME@kubernetescrd`. An Ingress does
 * not say of which group it is, and Fairlead's comes first. All that is wrong is reported at `path`.
 */
export function tlsOptionNamed(
  context: TranslateContext,
  written: string,
  path: string,
): ResolvedOptions | null {
  const kinds = inBothGroups('TLSOption');
  const reference = referenceIn(context, kinds, written);
  const tries = kinds.map((kind) => aside(context, (there) => resolveTlsOption(there, reference, '', kind)));
  const index = tries.findIndex(({ result }) => result !== null && !isOutOfReach(result));
  const kind = kinds[index === -1 ? 0 : index] ?? kinds[0];
  return reportedAt(context, path, (there) => {
    const resolved = resolveTlsOption(there, reference, '', kind);
    const { tlsOptions, materials } = there.fragment.build();
    for (const one of tlsOptions) context.fragment.useTlsOptions(one);
    for (const one of materials) context.fragment.useMaterial(one);
    return resolved;
  });
}

function isOutOfReach({ failure }: ResolvedOptions): boolean {
  return failure === 'TlsOptionNotFound' || failure === 'CrossNamespaceReference';
}

/** The TLSOption `default` of the object's namespace; null where there is none, or where it is the one that holds for all. */
export function usualOptions(context: TranslateContext): TlsOptionsId | null {
  const { fragment, lookup, options } = context;
  const { namespace } = fragment.object;
  if (namespace === options.ownNamespace) return null;
  for (const kind of kindsFor(context)) {
    const object = lookup.get(kind, namespace, usualName);
    if (object === undefined) continue;
    const read = readOption(object, context);
    bring(fragment, read);
    return read.planned.id;
  }
  return null;
}

function kindsFor({ fragment }: TranslateContext): readonly [OptionKind, OptionKind] {
  const [own, other] = inBothGroups('TLSOption');
  return kindFor('TLSOption', fragment.object) === own ? [own, other] : [other, own];
}

function refuse(fragment: FragmentBuilder, id: TlsOptionsId, failure: DiagnosticCode): ResolvedOptions {
  fragment.useTlsOptions(Object.freeze({ ...defaultTlsOptions, id, failure }));
  return { id, failure };
}

type ReadOption = Pick<Fragment, 'materials' | 'diagnostics'> & { readonly planned: PlanTlsOptions };

function bring(fragment: FragmentBuilder, { planned, materials }: ReadOption): void {
  fragment.useTlsOptions(planned);
  for (const one of materials) fragment.useMaterial(one);
}

/** What it names is looked up for the object that is being translated, which is made anew when a Secret changes. */
function readOption(object: KubeObject, context: TranslateContext): ReadOption {
  const { value, diagnostics } = context.readTlsOption(object);
  const fragment = new FragmentBuilder(object);
  fragment.adopt(diagnostics);
  const { namespace = '', name } = object.metadata;
  const id = idOf(object.kind, namespace, name, object.apiVersion);
  const planned: PlanTlsOptions =
    value === null
      ? { ...defaultTlsOptions, id, failure: 'TlsOptionInvalid' }
      : plannedOf(value, id, { ...context, fragment });
  return { planned: Object.freeze(planned), ...fragment.build() };
}

function plannedOf(spec: TlsOptionSpec, id: TlsOptionsId, context: TranslateContext): PlanTlsOptions {
  const { fragment } = context;
  const { minVersion = 'VersionTLS12', maxVersion = 'VersionTLS13', clientAuth = {} } = spec;
  if (minVersion === 'VersionTLS10' || minVersion === 'VersionTLS11') {
    const message = `${minVersion} is broken (RFC 8996)`;
    fragment.report(
      'spec.minVersion',
      'WeakTls',
      message,
      'Leave it out, unless clients need it that cannot do better.',
    );
  }
  const suites = suitesOf(spec.cipherSuites ?? []);
  const authorities = (clientAuth.secretNames ?? []).map((name, index) => {
    const { namespace } = fragment.object;
    return authoritiesOf(context, { namespace, name }, `spec.clientAuth.secretNames[${index}]`);
  });
  const failure = authorities.find((one) => typeof one === 'string') ?? null;
  const ids = authorities.flatMap((one) => (typeof one === 'string' ? [] : [one.id]));
  const usual = authorities.length > 0 ? 'RequireAndVerifyClientCert' : 'NoClientCert';
  return {
    id,
    minVersion: suites === null ? 'TLSv1.3' : tlsVersion(minVersion),
    maxVersion: tlsVersion(maxVersion),
    cipherSuites: suites ?? [],
    curves: unique((spec.curvePreferences ?? []).map((name) => openSslGroup(name) ?? '')),
    alpn:
      spec.alpnProtocols === undefined
        ? defaultTlsOptions.alpn
        : unique(spec.alpnProtocols.filter((name) => name !== 'acme-tls/1')),
    clientAuth: { mode: clientAuth.clientAuthType ?? usual, authorities: unique(ids) },
    sniStrict: spec.sniStrict === true,
    sessionTickets: spec.disableSessionTickets !== true,
    failure,
  };
}

/** OpenSSL's names; null where only suites of TLS 1.3 are named, which leaves the versions below with none. */
function suitesOf(names: readonly string[]): readonly string[] | null {
  const suites = unique(names.map((name) => openSslCipherSuite(name) ?? ''));
  return names.length > 0 && suites.length === 0 ? null : suites;
}

function unique(names: readonly string[]): readonly string[] {
  return Object.freeze([...new Set(names)].filter((name) => name !== ''));
}

function idOf(kind: string, namespace: string, name: string, apiVersion = ''): TlsOptionsId {
  const isTraefik = kind.endsWith('.traefik.io') || apiVersion === traefikApiVersion;
  return `${isTraefik ? 'traefik.io/' : ''}${namespace}/${name}`;
}
