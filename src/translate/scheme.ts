import { quote } from '../api/field-path.ts';
import type { TranslateContext } from './context.ts';
import type { ResolvedService } from './service.ts';

/** Protocols of Kubernetes `appProtocol` that are not clear-text HTTP/1.1 (KEP-3726 and the IANA names). */
const otherProtocols: ReadonlySet<string> = new Set([
  'https',
  'kubernetes.io/h2c',
  'kubernetes.io/wss',
  'grpc',
  'grpcs',
]);

/**
 * Refuses a port that wants another protocol than HTTP in clear text: what is said of it outright (`scheme`), else what its
 * `appProtocol` says, else Traefik's rule that port 443 and names that begin with `https` speak TLS. Sending clear text
 * there would give requests away and be answered with errors. True where the port can be used.
 */
export function speaksPlainHttp(
  context: TranslateContext,
  resolved: ResolvedService,
  scheme: string | undefined,
  path: string,
): boolean {
  const wanted = protocolOf(resolved, scheme);
  if (wanted === 'http') return true;
  context.fragment.report(
    path,
    'NotSupported',
    `port ${resolved.service.port} of Service ${quote(resolved.service.name)} speaks ${quote(wanted)}, and this version forwards in clear-text HTTP only`,
    'Lead to a port that speaks HTTP; where this one does, say so with `scheme: http` or `appProtocol: http`.',
  );
  return false;
}

function protocolOf({ port }: ResolvedService, scheme: string | undefined): string {
  if (scheme !== undefined && scheme !== '') return scheme;
  const appProtocol = port.appProtocol.toLowerCase();
  if (otherProtocols.has(appProtocol)) return appProtocol;
  if (appProtocol !== '') return 'http';
  return port.port === 443 || port.name.startsWith('https') ? 'https' : 'http';
}
