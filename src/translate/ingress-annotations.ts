import type { RouteTimeoutsSpec } from '../api/route-timeouts.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { MiddlewareId } from '../model/plan-keys.ts';
import type { RouteTimeouts } from '../model/route-timeouts.ts';
import { type Annotated, annotationPath, readAnnotations } from './annotations.ts';
import { reportedAt } from './aside.ts';
import type { TranslateContext } from './context.ts';
import { type RouteEntryPoints, routeEntryPoints } from './entry-points.ts';
import { judgeForeignAnnotations } from './ingress-nginx.ts';
import { type NginxUpstream, nginxUpstream } from './ingress-nginx-upstream.ts';
import { middlewareNamed } from './middleware-names.ts';
import { timeoutsPart } from './route-timeouts.ts';
import { type ResolvedOptions, tlsOptionNamed } from './tls-option.ts';

/** What the annotations of an Ingress say of all its routes. */
export interface IngressSettings {
  /** As in a route of the plan. */
  readonly entryPoints: readonly string[];
  readonly tls: true | null;
  /** The TLS settings that are named; null where none are. */
  readonly tlsOptions: ResolvedOptions | null;
  readonly middlewares: readonly MiddlewareId[];
  /** Null where the usual priority holds. */
  readonly priority: number | null;
  /** The matcher that takes paths of the type ImplementationSpecific; null where they are prefixes of whole elements. */
  readonly pathMatcher: { readonly annotation: string; readonly matcher: string } | null;
  /** As a part of an action. */
  readonly timeouts: { readonly timeouts?: RouteTimeouts };
  /** What is said of services, for all that the Ingress leads to. */
  readonly annotated: Annotated;
  /** The same in annotations of ingress-nginx, which count where nothing else says it. */
  readonly nginx: NginxUpstream;
  /** Why nothing may be served; null where all is well. */
  readonly failure: DiagnosticCode | null;
}

/** Reads all annotations of an Ingress that mean something to us, or that other controllers would act on. */
export function ingressSettings(ingress: KubeObject, context: TranslateContext): IngressSettings {
  const { fragment } = context;
  const foreign = judgeForeignAnnotations(ingress, fragment);
  const nginx = nginxUpstream(ingress, context);
  const annotated = readAnnotations(ingress, 'Ingress', (name, ...problem) =>
    fragment.report(annotationPath(name), ...problem),
  );
  const { settings } = annotated;
  const wantsTls = [...settings].some(([field, { value }]) => /^tls\b/.test(field) && value !== false);
  const places = placesOf(annotated, wantsTls, context);
  const named = settings.get('tls.options');
  const tlsOptions =
    named === undefined ? null : tlsOptionNamed(context, String(named.value), annotationPath(named.name));
  const chain = middlewaresOf(annotated, context);
  const priority = settings.get('routes[].priority')?.value;
  const matcher = settings.get('pathMatcher');
  return {
    entryPoints: places.names,
    tls: wantsTls ? true : null,
    tlsOptions,
    middlewares: chain.middlewares,
    priority: typeof priority === 'number' && priority !== 0 ? priority : null,
    pathMatcher: matcher === undefined ? null : { annotation: matcher.name, matcher: String(matcher.value) },
    timeouts: timeoutsOf(annotated),
    annotated,
    nginx,
    failure: annotated.failure ?? foreign ?? nginx.failure ?? chain.failure ?? tlsOptions?.failure ?? null,
  };
}

function placesOf(
  { settings }: Annotated,
  wantsTls: boolean,
  context: TranslateContext,
): Pick<RouteEntryPoints, 'names'> {
  const asked = settings.get('entryPoints');
  if (asked === undefined || !Array.isArray(asked.value)) return { names: context.everywhere };
  const names: readonly string[] = asked.value;
  return reportedAt(context, annotationPath(asked.name), ({ fragment, options }) =>
    routeEntryPoints(fragment, options.entryPoints, names, wantsTls),
  );
}

function middlewaresOf(
  { settings }: Annotated,
  context: TranslateContext,
): { readonly middlewares: readonly MiddlewareId[]; readonly failure: DiagnosticCode | null } {
  const asked = settings.get('routes[].middlewares');
  if (asked === undefined || !Array.isArray(asked.value)) return { middlewares: none, failure: null };
  const names: readonly string[] = asked.value;
  const path = annotationPath(asked.name);
  const found = names.map((name) => middlewareNamed(context, name, path));
  const failure = found.find((one) => typeof one === 'string');
  if (failure !== undefined) return { middlewares: none, failure };
  const used = found.filter((one) => typeof one !== 'string');
  for (const one of used) context.fragment.useMiddleware(one);
  return { middlewares: Object.freeze(used.map(({ id }) => id)), failure: null };
}

const none: readonly never[] = Object.freeze([]);

function timeoutsOf({ settings }: Annotated): { readonly timeouts?: RouteTimeouts } {
  const prefix = 'routes[].timeouts.';
  const said = [...settings].filter(([field]) => field.startsWith(prefix));
  if (said.length === 0) return nothing;
  const spec = Object.fromEntries(said.map(([field, { value }]) => [field.slice(prefix.length), value]));
  return timeoutsPart(spec as RouteTimeoutsSpec);
}

const nothing = Object.freeze({});
