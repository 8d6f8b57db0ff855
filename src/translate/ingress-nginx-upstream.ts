import { quote } from '../api/field-path.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { ForwardTarget } from '../model/plan.ts';
import { defaultTransport, type PlanTransport } from '../model/plan-transport.ts';
import { annotationPath } from './annotations.ts';
import { reportedAt } from './aside.ts';
import type { TranslateContext } from './context.ts';
import { FragmentBuilder } from './fragment.ts';
import { resolveReference } from './reference.ts';
import type { ResolvedTransport } from './resolve-transport.ts';
import { fieldsOf, textOf } from './shape.ts';
import { authoritiesOf, pairOf } from './tls-secret.ts';
import { namesProblem } from './upstream-tls.ts';

const prefix = 'nginx.ingress.kubernetes.io/';

/** The annotations of ingress-nginx that are read, behind their prefix. */
export const nginxUpstreamAnnotations: ReadonlySet<string> = new Set([
  'backend-protocol',
  'proxy-ssl-secret',
  'proxy-ssl-verify',
  'proxy-ssl-name',
  'proxy-ssl-server-name',
]);

/** What annotations of ingress-nginx say of all upstreams of an Ingress. */
export interface NginxUpstream {
  readonly scheme: ForwardTarget['scheme'] | undefined;
  /** For upstreams that are spoken to over TLS; null where nothing is said of it. */
  readonly transport: ResolvedTransport | null;
  readonly failure: DiagnosticCode | null;
}

const protocols: Readonly<Record<string, ForwardTarget['scheme']>> = Object.freeze({
  HTTP: 'http',
  AUTO_HTTP: 'http',
  HTTPS: 'https',
  GRPC: 'h2c',
  GRPCS: 'https',
});

/** Reads them. A value that makes no sense fails: it may be what was to keep an upstream from being taken for another. */
export function nginxUpstream(ingress: KubeObject, context: TranslateContext): NginxUpstream {
  const annotations = fieldsOf(ingress.metadata.annotations);
  const said = (name: string): string => textOf(annotations[`${prefix}${name}`]) ?? '';
  const failures: DiagnosticCode[] = [];
  const refuse = (name: string, expected: string): void => {
    context.fragment.report(annotationPath(`${prefix}${name}`), 'InvalidValue', `must be ${expected}`);
    failures.push('InvalidValue');
  };
  const protocol = said('backend-protocol').toUpperCase();
  if (protocol !== '' && !Object.hasOwn(protocols, protocol)) {
    refuse('backend-protocol', 'HTTP, HTTPS, GRPC or GRPCS');
  }
  const verify = said('proxy-ssl-verify');
  if (!['', 'on', 'off'].includes(verify)) refuse('proxy-ssl-verify', '"on" or "off"');
  if (!['', 'on', 'off'].includes(said('proxy-ssl-server-name'))) {
    refuse('proxy-ssl-server-name', '"on" or "off"');
  }
  const serverName = said('proxy-ssl-name');
  if (namesProblem(serverName) !== null) refuse('proxy-ssl-name', 'a host name');
  const secret = said('proxy-ssl-secret');
  const scheme = protocols[protocol];
  if (failures.length > 0 || `${verify}${serverName}${secret}` === '') {
    return { scheme, transport: null, failure: failures[0] ?? null };
  }
  const transport = transportOf(ingress, { verify, serverName, secret }, context);
  return { scheme, transport, failure: transport.planned.failure };
}

interface Said {
  readonly verify: string;
  readonly serverName: string;
  readonly secret: string;
}

/** Only an outspoken "off" takes any certificate. ingress-nginx takes any where nothing is said. */
function transportOf(
  ingress: KubeObject,
  { verify, serverName, secret }: Said,
  context: TranslateContext,
): ResolvedTransport {
  const held = new FragmentBuilder(ingress);
  const path = annotationPath(`${prefix}proxy-ssl-secret`);
  const found = secret === '' ? null : secretParts(secret, path, context, held);
  const { namespace, name } = context.fragment.object;
  const planned: PlanTransport = Object.freeze({
    ...defaultTransport,
    id: `Ingress/${namespace}/${name}`,
    serverName: serverName === '' ? null : serverName,
    insecureSkipVerify: verify === 'off',
    authorities: found === null || typeof found === 'string' ? null : found.authorities,
    clientCertificates: found === null || typeof found === 'string' ? [] : found.clientCertificates,
    failure: typeof found === 'string' ? found : null,
  });
  const { materials, certificates } = held.build();
  return { planned, materials, certificates };
}

/** A Secret `NAMESPACE/NAME` with `ca.crt`, and with `tls.crt` and `tls.key` where upstreams ask for a certificate. */
function secretParts(
  written: string,
  path: string,
  context: TranslateContext,
  held: FragmentBuilder,
): Pick<PlanTransport, 'authorities' | 'clientCertificates'> | DiagnosticCode {
  const [namespace = '', name = '', ...rest] = written.includes('/') ? written.split('/') : ['', written];
  if (name === '' || rest.length > 0) {
    context.fragment.report(path, 'InvalidValue', `${quote(written)} is not NAMESPACE/NAME of a Secret`);
    return 'InvalidValue';
  }
  const reference = { namespace, name };
  const resolved = reportedAt(context, path, (there) => resolveReference(there, 'Secret', reference, ''));
  if (typeof resolved === 'string') return resolved;
  const data = fieldsOf(fieldsOf(context.lookup.get('Secret', resolved.namespace, resolved.name)).tls);
  const holding = { ...context, fragment: held };
  const authorities =
    data.authorities === undefined && data.certificate !== undefined
      ? null
      : authoritiesOf(holding, resolved, path);
  const pair = data.certificate === undefined ? null : pairOf(holding, resolved, path);
  context.fragment.adopt(held.build().diagnostics);
  if (typeof authorities === 'string') return authorities;
  if (typeof pair === 'string') return pair;
  return {
    authorities: authorities === null ? null : [authorities.id],
    clientCertificates: pair === null ? [] : [pair.material.id],
  };
}
