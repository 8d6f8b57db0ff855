import type { DiagnosticCode } from '../model/diagnostic.ts';
import { defaultTlsOptionsId, type MaterialId, type TlsOptionsId } from '../model/plan-tls.ts';
import type { Rule } from '../model/rule.ts';
import type { Pair } from './certificate.ts';
import type { TranslateContext } from './context.ts';
import { type NamedReference, resolveReference } from './reference.ts';
import { type ResolvedOptions, resolveTlsOption, usualOptions } from './tls-option.ts';
import { pairOf } from './tls-secret.ts';
import { usualCertificate } from './tls-store.ts';

/** What an object says of TLS for its hosts. */
export interface WantedTls {
  /** Name of a Secret of the object's namespace. */
  readonly secretName?: string | undefined;
  readonly options?: NamedReference | undefined;
}

/** What became of it. */
export interface ResolvedTls {
  /** Settings that the object names; null where it names none. */
  readonly named: TlsOptionsId | null;
  /** Those that hold for the object where nobody names any for a host; null where that is `default`. */
  readonly usual: TlsOptionsId | null;
  /** Null where the object names none, a code where it cannot be used. */
  readonly certificate: Pair | null | { readonly refused: DiagnosticCode };
  /** The one that holds for the object where nobody names or offers any for a host. */
  readonly usualCertificate: MaterialId | 'refused' | undefined;
  /** What the object by itself would have: `named`, or else what is usual. */
  readonly options: TlsOptionsId;
  /** Why routes must not be served; null where all is well. */
  readonly failure: DiagnosticCode | null;
}

/**
 * Finds what an object names of TLS, and reports what cannot be used. `path` is that of the fields; `named` is what the settings
 * come to, where that is known already.
 */
export function resolveTls(
  context: TranslateContext,
  { secretName, options }: WantedTls,
  path: string,
  named: ResolvedOptions | null = options === undefined
    ? null
    : resolveTlsOption(context, options, `${path}.options`),
): ResolvedTls {
  const certificate =
    secretName === undefined || secretName === '' ? null : certificateNamed(context, secretName, path);
  const usual = named === null ? usualOptions(context) : null;
  return {
    named: named?.id ?? null,
    usual,
    certificate,
    usualCertificate: certificate === null ? usualCertificate(context) : undefined,
    options: named?.id ?? usual ?? defaultTlsOptionsId,
    failure: named?.failure ?? null,
  };
}

function certificateNamed(
  context: TranslateContext,
  name: string,
  path: string,
): Pair | { readonly refused: DiagnosticCode } {
  const resolved = resolveReference(context, 'Secret', { name }, path);
  if (typeof resolved === 'string') return { refused: resolved };
  const pair = pairOf(context, resolved, `${path}.secretName`);
  return typeof pair === 'string' ? { refused: pair } : pair;
}

/** Claims hosts for the object of the fragment, each once, and offers its certificate to others of its namespace. */
export function claimHosts(
  { fragment }: TranslateContext,
  {
    hosts,
    tls,
    path,
  }: { readonly hosts: Iterable<string>; readonly tls: ResolvedTls; readonly path: string },
): void {
  const { object, createdAt } = fragment;
  const { named, usual, certificate: pair } = tls;
  const wanted = {
    object,
    path,
    createdAt,
    options: named,
    certificate: certificateIdOf(pair),
    ...(usual === null ? {} : { usualOptions: usual }),
    ...(tls.usualCertificate === undefined ? {} : { usualCertificate: tls.usualCertificate }),
  };
  let isIdle = true;
  for (const host of new Set(hosts)) {
    isIdle = false;
    fragment.claim({ host, ...wanted });
  }
  if (pair === null || 'refused' in pair) return;
  for (const host of pair.certificate.names) {
    fragment.offer({
      host,
      object,
      createdAt,
      certificate: pair.material.id,
      reach: 'namespace',
      isOpen: isIdle,
    });
  }
}

function certificateIdOf(certificate: ResolvedTls['certificate']): MaterialId | null | 'refused' {
  if (certificate === null) return null;
  return 'refused' in certificate ? 'refused' : certificate.material.id;
}

/** The hosts that a rule names and does not exclude. */
export function hostsOf(rule: Rule): readonly string[] {
  const hosts = new Set<string>();
  collectHosts(rule, hosts);
  return [...hosts];
}

function collectHosts(rule: Rule, hosts: Set<string>): void {
  if (rule.kind === 'and' || rule.kind === 'or') for (const each of rule.rules) collectHosts(each, hosts);
  else if (rule.kind === 'host' && rule.host !== '*') hosts.add(rule.host);
}

/** Whether a rule takes requests for hosts that it names only. */
export function namesItsHosts(rule: Rule): boolean {
  if (rule.kind === 'and') return rule.rules.some(namesItsHosts);
  if (rule.kind === 'or') return rule.rules.every(namesItsHosts);
  return rule.kind === 'host' && rule.host !== '*';
}
