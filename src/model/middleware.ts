/** The settings of one Middleware, decoded and checked: what a proxy thread turns into a step. */
export type Middleware =
  | { readonly kind: 'stripPrefix'; readonly prefixes: readonly string[] }
  | { readonly kind: 'addPrefix'; readonly prefix: string }
  | HeadersMiddleware;

export interface HeadersMiddleware {
  readonly kind: 'headers';
  readonly request: readonly HeaderEdit[];
  readonly response: readonly HeaderEdit[];
}

/** Sets a header to one value, replacing all it had, or removes it where `value` is null. */
export interface HeaderEdit {
  /** In the spelling to send. */
  readonly name: string;
  readonly value: string | null;
}

export type MiddlewareKind = Middleware['kind'];
