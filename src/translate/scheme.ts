import type { ForwardTarget } from '../model/plan.ts';
import type { ResolvedService } from './service.ts';

/** What Kubernetes `appProtocol` says outright (KEP-3726 and the IANA names), in lower case. Others are clear-text HTTP/1.1. */
const schemes: Readonly<Record<string, ForwardTarget['scheme']>> = Object.freeze({
  https: 'https',
  'kubernetes.io/wss': 'https',
  grpcs: 'https',
  'kubernetes.io/h2c': 'h2c',
  grpc: 'h2c',
});

/**
 * What is spoken to the endpoints of a port: what is said of it outright (`scheme`), else what its `appProtocol` says, else
 * Traefik's rule that port 443 and names that begin with `https` speak TLS.
 */
export function schemeOf(
  { port }: ResolvedService,
  scheme: ForwardTarget['scheme'] | undefined,
): ForwardTarget['scheme'] {
  if (scheme !== undefined) return scheme;
  const appProtocol = port.appProtocol.toLowerCase();
  if (appProtocol !== '')
    return Object.hasOwn(schemes, appProtocol) ? (schemes[appProtocol] ?? 'http') : 'http';
  return port.port === 443 || port.name.startsWith('https') ? 'https' : 'http';
}
