import type { DecodedRoute, IngressRoute } from '../api/decode.ts';
import { quote } from '../api/field-path.ts';
import type { IngressRouteRoute } from '../api/ingress-route.ts';
import type { KubeObject } from '../model/cluster.ts';
import { formatReference } from '../model/object-reference.ts';
import type { PlanMiddleware, RouteRank } from '../model/plan.ts';
import type { Rule } from '../model/rule.ts';
import { defaultPriority, specificityOf } from '../routing/precedence.ts';
import { parseRule } from '../routing/rule/parse.ts';
import { isOurIngressRoute } from './class.ts';
import type { TranslateContext } from './context.ts';
import { type RouteEntryPoints, routeEntryPoints } from './entry-points.ts';
import { FragmentBuilder } from './fragment.ts';
import { kindFor } from './kinds.ts';
import { resolveMiddleware } from './middleware.ts';
import { type NamedReference, resolveReference } from './reference.ts';
import { all, seenThrough } from './seen-through.ts';
import { type ResolvedOptions, resolveTlsOption } from './tls-option.ts';

/** Where the routes of an IngressRoute stand: on entry points, and below a route of a parent where it has one. */
export interface Place {
  readonly entryPoints: RouteEntryPoints;
  /** The TLS settings that the outermost IngressRoute names; null where it names none. */
  readonly tlsOptions: ResolvedOptions | null;
  /** What must hold of a request before, in terms of what the client sent; null where nothing must. */
  readonly rule: Rule | null;
  /** The same as its authors wrote it, for people; empty where nothing must. */
  readonly match: string;
  readonly under: readonly RouteRank[];
  /** Those of the parents, in the order in which they act. */
  readonly middlewares: readonly PlanMiddleware[];
  /** What follows in the ids of routes. */
  readonly suffix: string;
}

/** What one object may have above it; more is a mistake, or meant to cost time. */
const mostPlaces = 256;
const mostVisits = 64;
const mostLayers = 8;

/** Finds the places of one object. */
interface Walk {
  visits: number;
  /** Whether the parents that were looked at since this was set lead back to the object. */
  cameBack: boolean;
  isTooLarge: boolean;
}

/**
 * All places of an IngressRoute, and what keeps it from standing below a parent, which is reported. Parents that lead back to
 * where they were come from are left out there.
 */
export function placesOf(ingressRoute: IngressRoute, context: TranslateContext): readonly Place[] {
  const { spec } = ingressRoute;
  const { fragment } = context;
  if (!hasParents(ingressRoute)) return [rootPlace(ingressRoute, context)];
  const state: Walk = { visits: 0, cameBack: false, isTooLarge: false };
  const trail = [formatReference(fragment.object)];
  const places: Place[] = [];
  /** A parent that is named twice counts once. */
  const seen = new Set<KubeObject>();
  for (const [index, reference] of (spec.parentRefs ?? []).entries()) {
    state.cameBack = false;
    const path = `spec.parentRefs[${index}]`;
    const parent = resolveParent(reference, path, context);
    if (parent === null || seen.has(parent)) continue;
    seen.add(parent);
    const found = placesBelow(parent, context, trail, state);
    places.push(...found);
    if (state.cameBack) reportCycle(path, reference, context);
    else if (found.length === 0 && !state.isTooLarge) reportUseless(path, reference, context);
  }
  if (state.isTooLarge || places.length > mostPlaces) {
    const message = `has more than ${mostLayers} layers, ${mostPlaces} routes or ${mostVisits} IngressRoutes above it`;
    fragment.report('spec.parentRefs', 'InvalidValue', message, 'Use fewer parents.');
    return [];
  }
  return places;
}

/** Whether the routes stand below others. */
export function hasParents({ spec }: IngressRoute): boolean {
  return spec.parentRefs !== undefined && spec.parentRefs.length > 0;
}

function rootPlace({ spec }: IngressRoute, context: TranslateContext): Place {
  const { fragment, options } = context;
  const wantsTls = spec.tls !== undefined;
  const named = spec.tls?.options;
  const tlsOptions = named === undefined ? null : resolveTlsOption(context, named, 'spec.tls.options');
  const entryPoints = routeEntryPoints(fragment, options.entryPoints, spec.entryPoints ?? [], wantsTls);
  return { entryPoints, tlsOptions, rule: null, match: '', under: [], middlewares: [], suffix: '' };
}

/** What children of `parent` stand below. Its own problems are its own to report. */
function placesBelow(
  parent: KubeObject,
  { fragment: _, ...around }: TranslateContext,
  trail: readonly string[],
  state: Walk,
): readonly Place[] {
  const context: TranslateContext = { ...around, fragment: new FragmentBuilder(parent) };
  const key = formatReference(context.fragment.object);
  if (key === trail[0]) state.cameBack = true;
  if (trail.includes(key)) return none;
  state.visits += 1;
  if (state.visits > mostVisits || trail.length > mostLayers) state.isTooLarge = true;
  const { value } = context.readParent(parent);
  if (state.isTooLarge || value === null || (hasParents(value) && saysWhatIsOfParents(value))) return none;
  const above = hasParents(value)
    ? resolvedParents(value, context).flatMap((one) => placesBelow(one, context, [...trail, key], state))
    : [rootPlace(value, context)];
  const usable = above.filter(({ entryPoints }) => entryPoints.names.length > 0);
  const places: Place[] = [];
  for (const route of value.routes) {
    places.push(...placesUnder(route, usable, context));
    if (places.length > mostPlaces) state.isTooLarge = true;
    if (state.isTooLarge) return none;
  }
  return places;
}

const none: readonly never[] = Object.freeze([]);

function resolvedParents({ spec }: IngressRoute, context: TranslateContext): readonly KubeObject[] {
  const found = (spec.parentRefs ?? []).map((reference) => resolveParent(reference, '', context));
  return [...new Set(found.filter((one) => one !== null))];
}

/** A child is served where its parents are. */
export function saysWhatIsOfParents({ spec }: IngressRoute): boolean {
  return spec.tls !== undefined || (spec.entryPoints !== undefined && spec.entryPoints.length > 0);
}

/** True for a route that leaves requests to its children. */
export function leavesToChildren({ services }: IngressRouteRoute): boolean {
  return services === undefined || services.length === 0;
}

/** The places below one route of a parent; none where it forwards itself, or cannot be served. */
function placesUnder(
  { value, index, path }: DecodedRoute,
  above: readonly Place[],
  context: TranslateContext,
): readonly Place[] {
  if (value === null || !leavesToChildren(value)) return none;
  const parsed = parseRule(value.match);
  if (!parsed.ok) return none;
  const own = (value.middlewares ?? []).map((reference, at) =>
    resolveMiddleware(context, reference, `${path}.middlewares[${at}]`),
  );
  const middlewares = own.filter((one) => typeof one !== 'string');
  if (middlewares.length < own.length) return none;
  const { object, createdAt } = context.fragment;
  return above.flatMap((place) => {
    const { rule, isExact } = ruleBelow(place, parsed.rule);
    if (!isExact) return none;
    const rank: RouteRank = {
      id: `${formatReference(object)}/${index}${place.suffix}`,
      object,
      ...rankOf(value, parsed.rule),
      createdAt,
    };
    return {
      entryPoints: place.entryPoints,
      tlsOptions: place.tlsOptions,
      rule,
      match: matchBelow(place, value.match),
      under: Object.freeze([...place.under, Object.freeze(rank)]),
      middlewares: [...place.middlewares, ...middlewares],
      suffix: `/under/${object.namespace}/${object.name}/${index}${place.suffix}`,
    };
  });
}

/** What decides of a route whether it goes before its siblings. */
export function rankOf(
  { match, priority = 0 }: { readonly match: string; readonly priority?: number },
  rule: Rule,
): Pick<RouteRank, 'priority' | 'specificity'> {
  return {
    priority: priority === 0 ? defaultPriority(match) : priority,
    specificity: specificityOf(rule),
  };
}

/** A rule of a route at a place, in terms of what the client sent. */
export function ruleBelow(place: Place, rule: Rule): ReturnType<typeof seenThrough> {
  if (place.rule === null) return { rule, isExact: true };
  const seen = seenThrough(
    rule,
    place.middlewares.map(({ middleware }) => middleware),
  );
  return { rule: all([place.rule, seen.rule]), isExact: seen.isExact };
}

/** The rules of a route and of those above it, as they were written. */
export function matchBelow(place: Place, match: string): string {
  return place.rule === null ? match : `${bracketed(place.match)} && ${bracketed(match)}`;
}

function bracketed(match: string): string {
  return match.includes('||') ? `(${match})` : match;
}

function resolveParent(
  reference: NamedReference,
  path: string,
  context: TranslateContext,
): KubeObject | null {
  const { fragment, lookup, options } = context;
  const kind = kindFor('IngressRoute', fragment.object);
  const resolved = resolveReference(context, kind, reference, path);
  if (typeof resolved === 'string') return null;
  const { namespace, name } = resolved;
  const parent = lookup.get(kind, namespace, name);
  if (parent !== undefined && isOurIngressRoute(parent, options.ingressClass)) return parent;
  const message = `there is no IngressRoute ${quote(name)} in namespace ${quote(namespace)}`;
  const hint =
    parent === undefined ? 'Create it, or correct the name.' : 'The one there is of another class.';
  fragment.report(`${path}.name`, 'ParentNotFound', message, hint);
  return null;
}

function reportCycle(path: string, { name }: NamedReference, { fragment }: TranslateContext): void {
  const message = `IngressRoute ${quote(name)} leads back to this one through its own parents`;
  fragment.report(path, 'ParentCycle', message, 'Remove one of the references of the circle.');
}

function reportUseless(path: string, { name }: NamedReference, { fragment }: TranslateContext): void {
  const message = `IngressRoute ${quote(name)} has no route that others can stand below, so these routes are not reached through it`;
  const hint = 'A parent needs a route without services that can itself be served.';
  fragment.report(path, 'ParentInvalid', message, hint);
}
