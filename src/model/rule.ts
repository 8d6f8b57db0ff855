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
  | { readonly kind: 'header'; readonly name: string; readonly value: string };

/**
 * `host` is in lower case, without port and trailing dot; `*.example.com` stands for exactly one label more, `*` for any
 * host, also none.
 */
export interface HostRule {
  readonly kind: 'host';
  readonly host: string;
}
