/** What rules of IngressRouteTCP see of a connection. */
export interface TcpView {
  /** Name of the entry point. */
  readonly entryPoint: string;
  /** Of the client: the peer, or whom a PROXY header tells of. */
  readonly clientIp: string;
  /** The host that a ClientHello names, in lower case without a last dot; null where it names none, and for clear text. */
  readonly serverName: string | null;
  readonly isTls: boolean;
  /** What a ClientHello offers (RFC 7301); empty where nothing. */
  readonly alpn: readonly string[];
}
