import { quote } from '../api/field-path.ts';
import type { UpstreamTlsSpec } from '../api/upstream-tls.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { MaterialId } from '../model/plan-tls.ts';
import type { PlanTransport } from '../model/plan-transport.ts';
import type { TranslateContext } from './context.ts';
import type { FragmentBuilder } from './fragment.ts';
import type { Material } from './material.ts';
import { authoritiesOf, pairOf } from './tls-secret.ts';

/** What a transport says of TLS: the part that HTTP and TCP have in common. */
export type UpstreamTls = Pick<
  PlanTransport,
  'serverName' | 'insecureSkipVerify' | 'authorities' | 'clientCertificates' | 'peerNames' | 'failure'
>;

/** The fragment is that of the object that holds the fields; it gets what is wrong, and the material. */
type Context = Pick<TranslateContext, 'fragment' | 'lookup' | 'options' | 'secrets'>;

/**
 * Reads the fields that say how TLS towards upstreams is spoken. What cannot be had makes all of it fail: an upstream is never
 * spoken to with less than was asked for. `path` is that of the object that holds the fields: `spec`, or `spec.tls`.
 */
export function upstreamTls(context: Context, spec: UpstreamTlsSpec, path: string): UpstreamTls {
  const { namespace } = context.fragment.object;
  const names = namesOf(spec, path, context.fragment);
  const authorities = authoritiesIn(context, spec, path);
  const pairs = (spec.certificatesSecrets ?? []).map((name, index) => {
    const pair = pairOf(context, { namespace, name }, `${path}.certificatesSecrets[${index}]`);
    return typeof pair === 'string' ? pair : pair.material;
  });
  const failure = [names, ...(authorities ?? []), ...pairs].find((one) => typeof one === 'string');
  return {
    serverName: spec.serverName === undefined || spec.serverName === '' ? null : spec.serverName,
    insecureSkipVerify: spec.insecureSkipVerify === true,
    authorities: authorities === null ? null : idsOf(authorities),
    clientCertificates: idsOf(pairs),
    peerNames: typeof names === 'string' ? [] : names,
    failure: failure ?? null,
  };
}

function idsOf(found: readonly (Material | DiagnosticCode)[]): readonly MaterialId[] {
  return [...new Set(found.flatMap((one) => (typeof one === 'string' ? [] : [one.id])))];
}

function authoritiesIn(
  context: Context,
  { rootCAs = [], rootCAsSecrets = [] }: UpstreamTlsSpec,
  path: string,
): readonly (Material | DiagnosticCode)[] | null {
  const { namespace } = context.fragment.object;
  const found = rootCAs.map(({ secret, configMap }, index) => {
    const at = `${path}.rootCAs[${index}]`;
    const name = secret ?? configMap;
    if (name === undefined || (secret !== undefined && configMap !== undefined)) {
      context.fragment.report(at, 'InvalidValue', 'needs either a secret or a configMap');
      return 'InvalidValue';
    }
    return authoritiesOf(context, { namespace, name }, at, secret === undefined ? 'ConfigMap' : 'Secret');
  });
  const old = rootCAsSecrets.map((name, index) =>
    authoritiesOf(context, { namespace, name }, `${path}.rootCAsSecrets[${index}]`),
  );
  return found.length + old.length === 0 ? null : [...found, ...old];
}

/** Host names (RFC 1123, and the underscore that Kubernetes names have not but others do), and addresses. */
const hostName =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;
const visible = /^[\x21-\x7e]+$/;

/** What is wrong with a name that a handshake is to ask for; null where nothing is. Empty is none. */
export function namesProblem(serverName: string): string | null {
  if (serverName === '' || hostName.test(serverName) || isAddress(serverName)) return null;
  return `${quote(serverName)} is no host name`;
}

/** An address of version 4 or 6; the data plane leaves it out of the handshake, which names hosts only (RFC 6066 section 3). */
function isAddress(text: string): boolean {
  return (
    text.length <= 45 && /^(\d{1,3}(\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/.test(text)
  );
}

function namesOf(
  { serverName = '', peerCertURI = '', peerCertSANs = [] }: UpstreamTlsSpec,
  path: string,
  fragment: FragmentBuilder,
): PlanTransport['peerNames'] | DiagnosticCode {
  const bad: string[] = [];
  const problem = namesProblem(serverName);
  if (problem !== null) {
    bad.push('serverName');
    fragment.report(`${path}.serverName`, 'InvalidValue', problem);
  }
  const names = [
    ...(peerCertURI === '' ? [] : [{ type: 'URI' as const, value: peerCertURI, field: 'peerCertURI' }]),
    ...peerCertSANs.map((one, index) => ({ ...one, field: `peerCertSANs[${index}].value` })),
  ];
  for (const { type, value, field } of names) {
    const fits = type === 'DNSName' ? hostName.test(value) : visible.test(value);
    if (fits) continue;
    bad.push(field);
    const what = type === 'DNSName' ? 'host name; it is compared as a whole, without wildcards' : 'URI';
    fragment.report(`${path}.${field}`, 'InvalidValue', `${quote(value)} is no ${what}`);
  }
  if (bad.length > 0) return 'InvalidValue';
  return names.map(({ type, value }) => ({ type, value }));
}
