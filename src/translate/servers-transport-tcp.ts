import { decodeServersTransportTcp } from '../api/decode-streams.ts';
import { quote } from '../api/field-path.ts';
import { traefikApiVersion } from '../api/kubernetes.ts';
import type { ServersTransportTcpSpec } from '../api/servers-transport-tcp.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import { parseDuration } from '../model/duration.ts';
import type { PlanTransport } from '../model/plan-transport.ts';
import { aside } from './aside.ts';
import type { TranslateContext } from './context.ts';
import { type Fragment, FragmentBuilder } from './fragment.ts';
import { kindFor } from './kinds.ts';
import { type NamedReference, resolveReference } from './reference.ts';
import type { ResolvedTransport } from './servers-transport.ts';
import { upstreamTls } from './upstream-tls.ts';
import { referenceIn } from './written-reference.ts';

/** A ServersTransportTCP adds nothing by itself: routes bring those that they use. What is wrong with it is told here, once. */
export function translateServersTransportTcp(object: KubeObject, context: TranslateContext): Fragment {
  context.fragment.adopt(readTransport(object, context).diagnostics);
  return context.fragment.build();
}

/**
 * Finds the ServersTransportTCP that a service of a TCP route names: `NAME`, `NAMESPACE/NAME` or Traefik's
 * `NAMESPACE-NAME@kubernetescrd`. Where it cannot be used, reports at `path` and answers with the code.
 */
export function tcpTransportNamed(
  context: TranslateContext,
  written: string,
  path: string,
): ResolvedTransport | DiagnosticCode {
  const kind = kindFor('ServersTransportTCP', context.fragment.object);
  const reference = referenceIn(context, [kind], written);
  const { result, diagnostics } = aside(context, (there) => resolveTransport(there, kind, reference));
  for (const { code, message, hint } of diagnostics) context.fragment.report(path, code, message, hint);
  return result;
}

function resolveTransport(
  context: TranslateContext,
  kind: ReturnType<typeof kindFor>,
  reference: NamedReference,
): ResolvedTransport | DiagnosticCode {
  const resolved = resolveReference(context, kind, reference, '');
  if (typeof resolved === 'string') return resolved;
  const { namespace, name } = resolved;
  const object = context.lookup.get(kind, namespace, name);
  if (object === undefined) {
    const message = `there is no ${kind} ${quote(name)} in namespace ${quote(namespace)}`;
    const hint = 'Create the ServersTransportTCP, or correct the name.';
    context.fragment.report('', 'ServersTransportNotFound', message, hint);
    return 'ServersTransportNotFound';
  }
  const { planned, materials, certificates, diagnostics } = readTransport(object, context);
  if (planned !== null && planned.failure === null) return { planned, materials, certificates };
  // While Secrets are still being read, nothing is known to be wrong.
  if (!diagnostics.some(({ severity }) => severity === 'error')) return 'ServersTransportInvalid';
  const message = `${kind} ${quote(name)} is itself in error`;
  const hint = 'Its own diagnostics say what is wrong with it.';
  context.fragment.report('', 'ServersTransportInvalid', message, hint);
  return 'ServersTransportInvalid';
}

type ReadTransport = Pick<Fragment, 'materials' | 'certificates' | 'diagnostics'> & {
  /** Null where the object does not decode. */
  readonly planned: PlanTransport | null;
};

/** What it names is looked up for the object that is being translated, which is made anew when a Secret changes. */
function readTransport(object: KubeObject, context: TranslateContext): ReadTransport {
  const { value, diagnostics } = decodeServersTransportTcp(object);
  const fragment = new FragmentBuilder(object);
  fragment.adopt(diagnostics);
  const planned = value === null ? null : plannedOf(value, { ...context, fragment });
  return { planned, ...fragment.build() };
}

/** Nothing of HTTP: a transport of TCP makes one connection for each of a client's. */
const withoutHttp = Object.freeze({
  minVersion: null,
  maxVersion: null,
  cipherSuites: [],
  http2: false,
  idleConnections: 0,
  firstByteMs: null,
  poolIdleMs: null,
  readIdleMs: null,
  pingTimeoutMs: null,
});

function plannedOf(spec: ServersTransportTcpSpec, context: TranslateContext): PlanTransport {
  const { apiVersion, namespace, name } = context.fragment.object;
  const { dialTimeout, proxyProtocol, terminationDelay, tls = {} } = spec;
  return Object.freeze({
    id: `${apiVersion === traefikApiVersion ? 'traefik.io/' : ''}tcp/${namespace}/${name}`,
    ...upstreamTls(context, tls, 'spec.tls'),
    ...withoutHttp,
    connectMs: dialTimeout === undefined ? null : parseDuration(dialTimeout),
    proxyProtocol: proxyProtocol === undefined ? 0 : versionOf(proxyProtocol),
    terminationDelayMs: terminationDelay === undefined ? null : delayOf(terminationDelay),
  });
}

/** The version of a PROXY header that a field asks for. */
export function versionOf({ version }: { readonly version: number }): 1 | 2 {
  return version === 1 ? 1 : 2;
}

/** Milliseconds; -1 for ever. */
function delayOf(written: number | string): number {
  const isEndless = typeof written === 'number' ? written < 0 : written.startsWith('-');
  return isEndless ? -1 : (parseDuration(written) ?? 0);
}
