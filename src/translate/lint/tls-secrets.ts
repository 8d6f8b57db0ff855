import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { KubeObject } from '../../model/cluster.ts';
import { diagnosticKinds } from '../../model/diagnostic.ts';
import { formatReference, type ObjectReference } from '../../model/object-reference.ts';
import type { PlanRoute } from '../../model/plan.ts';
import type { Rule } from '../../model/rule.ts';
import { elementsOf, fieldsOf, textOf } from '../shape.ts';
import { type Lint, lint } from './lint-kinds.ts';

/** What is looked at. */
export interface TlsInput {
  readonly objects: readonly KubeObject[];
  readonly routes: readonly PlanRoute[];
  /** Milliseconds since the epoch: what certificates are held against. */
  readonly nowMs: number;
}

/** Judges Secrets of type kubernetes.io/tls, and whether they fit the hosts that name them. Nothing of a key is ever shown. */
export function tlsSecrets({ objects, routes, nowMs }: TlsInput): readonly Lint[] {
  const found: Lint[] = [];
  const certificates = new Map<string, X509Certificate>();
  for (const object of objects) {
    if (object.kind !== 'Secret' || fieldsOf(object).type !== 'kubernetes.io/tls') continue;
    const certificate = judgeSecret(object, nowMs, found);
    if (certificate !== null) {
      certificates.set(`${object.metadata.namespace ?? ''}/${object.metadata.name}`, certificate);
    }
  }
  if (certificates.size === 0) return found;
  const hosts = hostsByObject(routes);
  for (const object of objects) {
    for (const use of usesOf(object, hosts)) judgeUse(use, certificates, found);
  }
  return found;
}

function judgeSecret(secret: KubeObject, nowMs: number, found: Lint[]): X509Certificate | null {
  const object = referenceTo(secret);
  const pem = { crt: fieldOf(secret, 'tls.crt'), key: fieldOf(secret, 'tls.key') };
  const refuse = (field: 'crt' | 'key', message: string): null => {
    const hint = 'kubectl create secret tls makes one of a certificate and its key in PEM.';
    found.push(lint({ object, path: `${pem[field].path}` }, 'InvalidSecret', message, hint));
    return null;
  };
  const certificate = attempt(() => new X509Certificate(pem.crt.text));
  if (certificate === null) return refuse('crt', 'tls.crt holds no certificate in PEM that can be read');
  const key = attempt(() => createPrivateKey(pem.key.text));
  if (key === null) refuse('key', 'tls.key holds no private key in PEM that can be read');
  else if (!certificate.checkPrivateKey(key))
    refuse('key', 'the private key in tls.key is not that of the certificate in tls.crt');
  const validity = expiryOf(certificate, nowMs);
  if (validity !== null) {
    const code = 'CertificateExpired' as const;
    const { severity } = diagnosticKinds[code];
    const path = pem.crt.path;
    found.push({ object, path, severity, code, message: validity, hint: 'Renew the certificate.' });
  }
  return certificate;
}

function expiryOf({ validFromDate, validToDate }: X509Certificate, nowMs: number): string | null {
  if (validToDate.getTime() < nowMs) return `the certificate expired at ${validToDate.toISOString()}`;
  if (validFromDate.getTime() > nowMs)
    return `the certificate is not valid before ${validFromDate.toISOString()}`;
  return null;
}

/** A value of a Secret and where it stands: in plain text, or in base64. */
function fieldOf(secret: KubeObject, name: string): { readonly text: string; readonly path: string } {
  const { data, stringData } = fieldsOf(secret);
  const plain = textOf(fieldsOf(stringData)[name]);
  if (plain !== undefined) return { text: plain, path: `stringData["${name}"]` };
  const encoded = textOf(fieldsOf(data)[name]) ?? '';
  return { text: Buffer.from(encoded, 'base64').toString('latin1'), path: `data["${name}"]` };
}

interface SecretUse {
  readonly object: ObjectReference;
  readonly path: string;
  readonly secret: string;
  readonly hosts: readonly string[];
}

function usesOf(object: KubeObject, hosts: ReadonlyMap<string, ReadonlySet<string>>): readonly SecretUse[] {
  const reference = referenceTo(object);
  const { tls } = fieldsOf(fieldsOf(object).spec);
  if (object.kind === 'Ingress') {
    return elementsOf(tls).flatMap((element, index) => {
      const { secretName, hosts: named } = fieldsOf(element);
      const secret = textOf(secretName);
      const texts = elementsOf(named).filter((host) => typeof host === 'string');
      const path = `spec.tls[${index}].secretName`;
      return secret === undefined ? [] : [{ object: reference, path, secret, hosts: texts }];
    });
  }
  const secret = textOf(fieldsOf(tls).secretName);
  if (!object.kind.startsWith('IngressRoute') || secret === undefined) return [];
  const own = [...(hosts.get(keyOf(reference)) ?? [])];
  return [{ object: reference, path: 'spec.tls.secretName', secret, hosts: own }];
}

function judgeUse(
  { object, path, secret, hosts }: SecretUse,
  certificates: ReadonlyMap<string, X509Certificate>,
  found: Lint[],
): void {
  const certificate = certificates.get(`${object.namespace}/${secret}`);
  if (certificate === undefined) return;
  const missing = hosts.filter((host) => !isNamed(certificate, host.toLowerCase()));
  if (missing.length === 0) return;
  const names = namesOf(certificate);
  const message = `the certificate of Secret "${secret}" does not name ${shortList(missing)}`;
  const hint = names.length === 0 ? 'It names no host at all.' : `It names ${shortList(names)}.`;
  found.push(lint({ object, path }, 'CertificateNames', message, hint));
}

/** A wildcard of a rule is served by the same wildcard of a certificate only. */
function isNamed(certificate: X509Certificate, host: string): boolean {
  if (host.startsWith('*.')) return namesOf(certificate).includes(host);
  const named = isIP(host) > 0 ? certificate.checkIP : certificate.checkHost;
  // Names that are none make it throw; such a host fits no certificate.
  return (attempt(() => named.call(certificate, host)) ?? undefined) !== undefined;
}

function namesOf(certificate: X509Certificate): readonly string[] {
  const names = certificate.subjectAltName ?? '';
  return [...names.matchAll(/(?:^|, )(?:DNS|IP Address):([^,"]+)/g)].map(([, name = '']) =>
    name.toLowerCase(),
  );
}

/** The hosts that the rules of an object name. */
function hostsByObject(routes: readonly PlanRoute[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const route of routes) {
    const key = keyOf(route.object);
    const hosts = found.get(key) ?? new Set<string>();
    collectHosts(route.rule, hosts);
    found.set(key, hosts);
  }
  return found;
}

function collectHosts(rule: Rule, hosts: Set<string>): void {
  if (rule.kind === 'and' || rule.kind === 'or') for (const each of rule.rules) collectHosts(each, hosts);
  else if (rule.kind === 'host' && rule.host !== '*') hosts.add(rule.host);
}

function referenceTo({ apiVersion, kind, metadata }: KubeObject): ObjectReference {
  return { apiVersion, kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

function keyOf(object: ObjectReference): string {
  return formatReference(object);
}

function shortList(words: readonly string[]): string {
  const quoted = words.slice(0, 8).map((word) => JSON.stringify(word));
  return words.length > 8 ? `${quoted.join(', ')}, …` : quoted.join(', ');
}

function attempt<Result>(action: () => Result): Result | null {
  try {
    return action();
  } catch {
    return null;
  }
}
