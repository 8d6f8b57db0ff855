/** A parsed rule of an IngressRouteTCP. */
export type TcpRule =
  | { readonly kind: 'and'; readonly rules: readonly TcpRule[] }
  | { readonly kind: 'or'; readonly rules: readonly TcpRule[] }
  | { readonly kind: 'not'; readonly rule: TcpRule }
  /** In lower case without a last dot; `*` is any host and none, `*.example.com` one label more. */
  | { readonly kind: 'hostSni'; readonly host: string }
  /** RE2 syntax, unanchored. */
  | { readonly kind: 'hostSniRegexp'; readonly pattern: string }
  | { readonly kind: 'clientIp'; readonly range: string }
  | { readonly kind: 'alpn'; readonly protocol: string };
