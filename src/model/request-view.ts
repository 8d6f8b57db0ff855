/** What a rule can see of a request. A codec makes one per request; the matcher reads it and changes nothing. */
export interface RequestView {
  readonly entryPoint: string;
  /** In lower case, without port, brackets and trailing dot; empty where the request has none (HTTP/1.0). */
  readonly host: string;
  /**
   * The routing path: the target's path with percent sequences decoded, except those of reserved characters, which stay as
   * upper-case percent sequences; never with a query.
   */
  readonly path: string;
  /** The query as sent, one character per byte, without its `?`; empty where there is none. Read only where a rule asks for it. */
  readonly query: string;
  readonly method: string;
  /** True where the request came over TLS; absent means clear text. */
  readonly tls?: boolean;
  /** The address of the peer, without port and zone. */
  readonly clientIp: string;
  /** All values of a header, in order; `name` in lower case. */
  header(name: string): readonly string[];
}
