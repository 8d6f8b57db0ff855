import type { Middleware, MiddlewareKind } from '../../model/middleware.ts';
import type { MiddlewareStep } from '../exchange.ts';
import { addPrefix } from './add-prefix.ts';
import { headers } from './headers.ts';
import { stripPrefix } from './strip-prefix.ts';

type Compilers = {
  readonly [Kind in MiddlewareKind]: (settings: Extract<Middleware, { kind: Kind }>) => MiddlewareStep;
};

/** Keyed by kind, so that a kind without a step does not compile. */
const compilers: Compilers = { addPrefix, headers, stripPrefix };

/** Turns the settings of a Middleware into what acts on requests. */
export function compileMiddleware<Kind extends MiddlewareKind>(
  settings: Extract<Middleware, { kind: Kind }>,
): MiddlewareStep {
  // The record pairs each kind with its own compiler, which the type system cannot follow through an index.
  const compile = compilers[settings.kind] as (settings: Middleware) => MiddlewareStep;
  return compile(settings);
}
