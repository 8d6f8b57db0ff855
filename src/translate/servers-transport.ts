import { traefikApiVersion } from '../api/kubernetes.ts';
import type { ServersTransportSpec } from '../api/servers-transport.ts';
import { openSslCipherSuite, tlsVersion } from '../api/tls-names.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import { parseDuration } from '../model/duration.ts';
import type { PlanTransport } from '../model/plan-transport.ts';
import { aside } from './aside.ts';
import type { TranslateContext } from './context.ts';
import type { Fragment, FragmentBuilder } from './fragment.ts';
import { inBothGroups, kindFor } from './kinds.ts';
import {
  type ReadTransport,
  type ResolvedTransport,
  readDecoded,
  resolveTransport,
} from './resolve-transport.ts';
import { upstreamTls } from './upstream-tls.ts';
import { referenceIn } from './written-reference.ts';

/** A ServersTransport adds nothing by itself: routes bring those that they use. What is wrong with it is told here, once. */
export function translateServersTransport(object: KubeObject, context: TranslateContext): Fragment {
  context.fragment.adopt(readTransport(object, context).diagnostics);
  return context.fragment.build();
}

/** Adds a transport, with what it holds, to the fragment of a route that uses it. */
export function useTransport(fragment: FragmentBuilder, transport: ResolvedTransport): void {
  fragment.useTransport(transport.planned);
  for (const one of transport.materials) fragment.useMaterial(one);
  for (const one of transport.certificates) fragment.useCertificate(one);
}

/**
 * Finds the ServersTransport that a field or an annotation names: `NAME`, `NAMESPACE/NAME` or Traefik's
 * `NAMESPACE-NAME@kubernetescrd`. Where it cannot be used, reports at `path` and answers with the code. An IngressRoute means
 * one of its own group; an Ingress does not say which, and Fairlead's comes first.
 */
export function transportNamed(
  context: TranslateContext,
  written: string,
  path: string,
): ResolvedTransport | DiagnosticCode {
  const { object } = context.fragment;
  const kinds =
    object.kind === 'Ingress' ? inBothGroups('ServersTransport') : [kindFor('ServersTransport', object)];
  const reference = referenceIn(context, kinds, written);
  const tries = kinds.map((kind) =>
    aside(context, (there) => resolveTransport(there, kind, reference, readTransport)),
  );
  const found = tries.find(({ result }) => !isOutOfReach(result)) ?? tries[0];
  for (const { code, message, hint } of found?.diagnostics ?? []) {
    context.fragment.report(path, code, message, hint);
  }
  return found?.result ?? 'ServersTransportNotFound';
}

function isOutOfReach(result: ResolvedTransport | DiagnosticCode): boolean {
  return result === 'ServersTransportNotFound' || result === 'CrossNamespaceReference';
}

function readTransport(object: KubeObject, context: TranslateContext): ReadTransport {
  return readDecoded(object, context.readServersTransport(object), context, plannedOf);
}

function plannedOf(spec: ServersTransportSpec, context: TranslateContext): PlanTransport {
  const { apiVersion, namespace, name } = context.fragment.object;
  const { minVersion, maxVersion, cipherSuites = [], forwardingTimeouts: timeouts = {} } = spec;
  const suites = cipherSuites.map((one) => openSslCipherSuite(one) ?? '').filter((one) => one !== '');
  return Object.freeze({
    id: `${apiVersion === traefikApiVersion ? 'traefik.io/' : ''}${namespace}/${name}`,
    ...upstreamTls(context, spec, 'spec'),
    minVersion: minVersion === undefined ? null : tlsVersion(minVersion),
    maxVersion: maxVersion === undefined ? null : tlsVersion(maxVersion),
    cipherSuites: [...new Set(suites)],
    http2: spec.disableHTTP2 !== true,
    idleConnections: idleConnectionsOf(spec.maxIdleConnsPerHost),
    connectMs: msOf(timeouts.dialTimeout),
    firstByteMs: msOf(timeouts.responseHeaderTimeout),
    poolIdleMs: msOf(timeouts.idleConnTimeout),
    readIdleMs: msOf(timeouts.readIdleTimeout),
    pingTimeoutMs: msOf(timeouts.pingTimeout),
    proxyProtocol: 0,
    terminationDelayMs: null,
  });
}

/** -1 keeps none, and 0 is as if nothing was said (Traefik `maxIdleConnsPerHost`). */
function idleConnectionsOf(most: number | undefined): number | null {
  return most === undefined || most === 0 ? null : Math.max(most, 0);
}

function msOf(written: number | string | undefined): number | null {
  return written === undefined ? null : parseDuration(written);
}
