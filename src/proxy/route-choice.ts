/** What an entry point has for a connection over TLS. */
export interface TlsOffers {
  /** A route of HTTP is for the host that the client names. */
  readonly httpHost: boolean;
  /** A route of HTTP is for any host. */
  readonly httpAny: boolean;
  /** Whether the route of TCP that takes it is for the host that the client names, or for any; null where none does. */
  readonly tcp: 'host' | 'any' | null;
}

/**
 * Who takes a connection over TLS. Hosts that are named go before any host, and HTTP before TCP; what nobody wants is HTTP's to
 * refuse. Traefik chooses in this order.
 */
export function chooseTls({ httpHost, httpAny, tcp }: TlsOffers): 'http' | 'tcp' {
  if (httpHost) return 'http';
  if (tcp === 'host') return 'tcp';
  if (httpAny) return 'http';
  return tcp === null ? 'http' : 'tcp';
}
