import { decodeServersTransportTcp } from '../api/decode-streams.ts';
import { traefikApiVersion } from '../api/kubernetes.ts';
import type { ServersTransportTcpSpec } from '../api/servers-transport-tcp.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import { parseDuration } from '../model/duration.ts';
import { defaultTransport, type PlanTransport } from '../model/plan-transport.ts';
import { reportedAt } from './aside.ts';
import type { TranslateContext } from './context.ts';
import type { Fragment } from './fragment.ts';
import { kindFor } from './kinds.ts';
import {
  type ReadTransport,
  type ResolvedTransport,
  readDecoded,
  resolveTransport,
} from './resolve-transport.ts';
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
  return reportedAt(context, path, (there) => resolveTransport(there, kind, reference, readTransport));
}

function readTransport(object: KubeObject, context: TranslateContext): ReadTransport {
  return readDecoded(object, decodeServersTransportTcp(object), context, plannedOf);
}

function plannedOf(spec: ServersTransportTcpSpec, context: TranslateContext): PlanTransport {
  const { apiVersion, namespace, name } = context.fragment.object;
  const { dialTimeout, proxyProtocol, terminationDelay, tls = {} } = spec;
  return Object.freeze({
    // Nothing of HTTP: a transport of TCP makes one connection for each of a client's.
    ...defaultTransport,
    http2: false,
    idleConnections: 0,
    id: `${apiVersion === traefikApiVersion ? 'traefik.io/' : ''}tcp/${namespace}/${name}`,
    ...upstreamTls(context, tls, 'spec.tls'),
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
