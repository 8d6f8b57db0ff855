/**
 * A parsed rule: what must hold of a request for a route to take it. Plain data, made by `routing/rule/parse.ts` from the
 * text of an IngressRoute or built directly for an Ingress, and never turned back into text to be parsed again.
 */
export type Rule =
  | { readonly kind: 'and'; readonly rules: readonly Rule[] }
  | { readonly kind: 'or'; readonly rules: readonly Rule[] }
  | { readonly kind: 'not'; readonly rule: Rule }
  | HostRule
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'pathPrefix'; readonly prefix: string; readonly elements: boolean }
  | { readonly kind: 'method'; readonly method: string }
  | { readonly kind: 'header'; readonly name: string; readonly value: string }
  | QueryRule
  | PatternRule
  | ClientIpRule;

/**
 * `host` is in lower case, without port and trailing dot; `*.example.com` stands for exactly one label more, `*` for any
 * host, also none.
 */
export interface HostRule {
  readonly kind: 'host';
  readonly host: string;
}

/** Holds where a parameter of the query has the value; an empty value also stands for a parameter that has none. */
export interface QueryRule {
  readonly kind: 'query';
  readonly key: string;
  readonly value: string;
}

/**
 * A regular expression in the syntax of Go (RE2), as text, that is found anywhere in the host, in the path, in a header line
 * of that name (in lower case) or in a value of that query parameter.
 */
export type PatternRule =
  | { readonly kind: 'hostRegexp'; readonly pattern: string }
  | { readonly kind: 'pathRegexp'; readonly pattern: string }
  | { readonly kind: 'headerRegexp'; readonly name: string; readonly pattern: string }
  | { readonly kind: 'queryRegexp'; readonly key: string; readonly pattern: string };

/** `range` is an address or a CIDR block that the client's address must be in. */
export interface ClientIpRule {
  readonly kind: 'clientIp';
  readonly range: string;
}
