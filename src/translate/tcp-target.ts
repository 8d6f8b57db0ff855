import type { TcpService } from '../api/ingress-route-tcp.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { TcpTarget } from '../model/plan-tcp.ts';
import type { TranslateContext } from './context.ts';
import type { ResolvedTransport } from './resolve-transport.ts';
import { useTransport } from './servers-transport.ts';
import { tcpTransportNamed, versionOf } from './servers-transport-tcp.ts';
import { resolveStreamService } from './stream-service.ts';

/** What an entry of `services` means; null for one that cannot be used but would get nothing anyway, as its weight is 0. */
export function tcpTargetOf(
  service: TcpService,
  path: string,
  context: TranslateContext,
): TcpTarget | DiagnosticCode | null {
  const { serversTransport = '', weight } = service;
  const transport =
    serversTransport === '' ? null : tcpTransportNamed(context, serversTransport, `${path}.serversTransport`);
  const resolved = resolveStreamService(context, service, path, 'TCP');
  const failure = [resolved, transport].find((one) => typeof one === 'string');
  if (failure !== undefined) return weight === 0 ? null : failure;
  if (typeof resolved === 'string' || typeof transport === 'string') return null;
  context.fragment.useService(resolved);
  if (transport !== null) useTransport(context.fragment, transport);
  return {
    service: resolved.key,
    weight,
    ...headerAndDelay(service, transport, path, context),
    tls: service.tls === true,
    ...(transport === null ? {} : { transport: transport.planned.id }),
  };
}

type HeaderAndDelay = Pick<TcpTarget, 'proxyProtocol' | 'terminationDelayMs'>;

/** Of a service and the ServersTransportTCP that it names, the latter says it (Traefik v3). */
function headerAndDelay(
  service: TcpService,
  transport: ResolvedTransport | null,
  path: string,
  { fragment }: TranslateContext,
): HeaderAndDelay {
  if (transport === null) {
    const { proxyProtocol, terminationDelay } = service;
    const delay = terminationDelay === undefined ? null : Math.max(terminationDelay, -1);
    return parts(proxyProtocol === undefined ? 0 : versionOf(proxyProtocol), delay);
  }
  for (const field of ['proxyProtocol', 'terminationDelay'] as const) {
    if (service[field] === undefined) continue;
    const message = 'has no effect: the ServersTransportTCP that the service names says it';
    fragment.report(`${path}.${field}`, 'FieldWithoutEffect', message, 'Leave it out.');
  }
  return parts(transport.planned.proxyProtocol, transport.planned.terminationDelayMs);
}

function parts(version: 0 | 1 | 2, delayMs: number | null): HeaderAndDelay {
  return {
    ...(version === 0 ? {} : { proxyProtocol: version }),
    ...(delayMs === null ? {} : { terminationDelayMs: delayMs }),
  };
}
