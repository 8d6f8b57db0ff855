import type { z } from 'zod';
import type { KubeObject } from '../model/cluster.ts';
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../model/diagnostic.ts';
import type { ObjectReference } from '../model/object-reference.ts';
import type { EffectTable } from './effect-entry.ts';
import { type EffectPlace, effectProblems } from './effects.ts';
import { isRecord, joinPath } from './field-path.ts';
import {
  type IngressRouteFrame,
  type IngressRouteRoute,
  ingressRouteFrameSchema,
  routeSchema,
} from './ingress-route.ts';
import { ingressRouteFrameEffects, routeEffects } from './ingress-route-effects.ts';
import { type MiddlewareSpec, middlewareSpecSchema } from './middleware.ts';
import { middlewareEffects } from './middleware-effects.ts';
import { oneKey } from './one-key.ts';
import { isError, maxListed, type Problem, schemaProblems } from './schema-problem.ts';

/** What came of decoding an object: the value, or null where nothing of it can be used, and all that is wrong with it. */
export interface Decoded<T> {
  readonly value: T | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** An object of one of our kinds as it came: any JSON may stand in `spec`. */
export type UndecodedObject = KubeObject & { readonly spec?: unknown };

/** An object whose routes were decoded one by one, so that a bad one costs its siblings nothing. */
export interface DecodedRoutes<Frame, Route> {
  /** `spec` but for the routes. */
  readonly spec: Frame;
  /** All routes, in the order of the object. */
  readonly routes: readonly DecodedRoute<Route>[];
}

export type IngressRoute = DecodedRoutes<IngressRouteFrame, IngressRouteRoute>;

export interface DecodedRoute<Route = IngressRouteRoute> {
  /** Its place in `spec.routes`. */
  readonly index: number;
  /** `spec.routes[0]` */
  readonly path: string;
  /** With defaults filled in; null where the route must not be served. */
  readonly value: Route | null;
  /**
   * Where `value` is null but it can be told which requests the route was to take: those answer with an error instead of
   * falling through to a broader route, which may lack the middlewares that were meant to guard them.
   */
  readonly refused: RefusedRoute | null;
}

export interface RefusedRoute {
  readonly match: string;
  /** Absent where the object names none, or none that makes sense. */
  readonly priority?: number;
  /** Code of the error that keeps the route from being served; there is a diagnostic with it. */
  readonly reason: DiagnosticCode;
}

/** What a kind with routes is decoded with. */
export interface RoutesKind<Frame, Route> {
  /** `spec` with the routes left as they came, and what its fields do. */
  readonly frame: z.ZodType<Frame & { readonly routes: readonly unknown[] }>;
  readonly frameEffects: EffectTable;
  readonly route: z.ZodType<Route>;
  readonly routeEffects: EffectTable;
  /** What the schema of a route cannot say. */
  readonly more: (route: unknown, path: string) => readonly Problem[];
  /** As `DecodedRoute.refused`. */
  readonly refused: (route: unknown, reason: DiagnosticCode) => RefusedRoute | null;
}

const ingressRoutes: RoutesKind<IngressRouteFrame, IngressRouteRoute> = Object.freeze({
  frame: ingressRouteFrameSchema,
  frameEffects: ingressRouteFrameEffects,
  route: routeSchema,
  routeEffects,
  more: serviceProblems,
  refused: refusedRoute,
});

/** Decodes an IngressRoute. `value` is null where something outside the routes does not fit. Never throws. */
export function decodeIngressRoute(object: UndecodedObject): Decoded<IngressRoute> {
  return decodeRoutes(object, ingressRoutes);
}

/** Decodes an object of a kind with routes. `value` is null where something outside the routes does not fit. Never throws. */
export function decodeRoutes<Frame, Route>(
  object: UndecodedObject,
  kind: RoutesKind<Frame, Route>,
): Decoded<DecodedRoutes<Frame, Route>> {
  const around = objectProblems(object);
  const frame = decodeWith(kind.frame, object.spec, {
    effects: kind.frameEffects,
    field: '',
    path: 'spec',
  });
  if (frame.value === null || around.length > 0) {
    return finish<DecodedRoutes<Frame, Route>>(object, null, [...around, ...frame.problems]);
  }
  const { routes: raw, ...spec } = frame.value;
  const blocked = frame.problems.find(isError)?.code;
  const decoded = raw.map((route, index) => decodeRoute(kind, route, index, blocked));
  const routes = decoded.map(({ route }) => route);
  return finish<DecodedRoutes<Frame, Route>>(object, { spec: spec as unknown as Frame, routes }, [
    ...frame.problems,
    ...decoded.flatMap(({ problems }) => problems),
  ]);
}

/**
 * Decodes a Middleware. `value` is null where anything but a field without effect is wrong with it. Never throws.
 * `readMiddleware` goes on from here to what a proxy thread needs.
 */
export function decodeMiddleware(object: UndecodedObject): Decoded<MiddlewareSpec> {
  return decodeWhole(object, middlewareSpecSchema, middlewareEffects, [
    ...oneKey(object.spec, 'Middleware', Object.keys(middlewareSpecSchema.shape), 'stripPrefix'),
    ...prototypeKeys(object.spec, 'spec'),
  ]);
}

/**
 * Decodes an object that is of use as a whole or not at all: `value` is null where anything but a field without effect is wrong
 * with it, `more` included, which says what the schema cannot. Never throws.
 */
export function decodeWhole<T>(
  object: UndecodedObject,
  schema: z.ZodType<T>,
  effects: EffectTable,
  more: readonly Problem[] = [],
): Decoded<T> {
  const { value, problems } = decodeWith(schema, object.spec, { effects, field: '', path: 'spec' });
  const all = [...objectProblems(object), ...problems, ...more];
  return finish(object, all.some(isError) ? null : value, all);
}

interface WithProblems<T> {
  readonly value: T | null;
  readonly problems: readonly Problem[];
}

/** Holds `input` against its schema and its effects; `value` is null where the schema does not fit. */
function decodeWith<T>(
  schema: z.ZodType<T>,
  input: unknown,
  place: EffectPlace & { readonly effects: EffectTable },
): WithProblems<T> {
  const result = schema.safeParse(input);
  const effects = effectProblems(place.effects, input, place);
  if (result.success) return { value: result.data, problems: effects };
  const problems = schemaProblems(schema, input, place.path, result.error.issues);
  const paths = new Set(problems.map(({ path }) => path));
  return { value: null, problems: [...problems, ...effects.filter(({ path }) => !paths.has(path))] };
}

/** `blocked` is the code of an error outside the routes that keeps all of them from being served. */
function decodeRoute<Frame, Route>(
  kind: RoutesKind<Frame, Route>,
  raw: unknown,
  index: number,
  blocked: DiagnosticCode | undefined,
): { readonly route: DecodedRoute<Route>; readonly problems: readonly Problem[] } {
  const path = `spec.routes[${index}]`;
  const decoded = decodeWith(kind.route, raw, { effects: kind.routeEffects, field: 'routes[]', path });
  const problems = [...decoded.problems, ...kind.more(raw, path)];
  const reason = problems.find(isError)?.code ?? blocked;
  if (reason === undefined) return { route: { index, path, value: decoded.value, refused: null }, problems };
  return { route: { index, path, value: null, refused: kind.refused(raw, reason) }, problems };
}

/** What can be told of a refused route that has a rule, whatever kind of rule it is. */
export function refusedRoute(raw: unknown, reason: DiagnosticCode): RefusedRoute | null {
  if (!isRecord(raw)) return null;
  const match = routeSchema.shape.match.safeParse(raw.match);
  const priority = routeSchema.shape.priority.safeParse(raw.priority);
  if (!match.success) return null;
  return priority.success && priority.data !== undefined
    ? { match: match.data, priority: priority.data, reason }
    : { match: match.data, reason };
}

/** What the schema of a route cannot say: a Service is named with its port. */
function serviceProblems(route: unknown, path: string): readonly Problem[] {
  if (!isRecord(route)) return [];
  const services = route.services;
  if (!Array.isArray(services)) return [];
  return services.flatMap((service: unknown, index): Problem[] => {
    if (!isRecord(service) || service.port !== undefined) return [];
    if (service.kind !== undefined && service.kind !== 'Service') return [];
    const message = 'a port is required for the kind Service';
    return [{ path: `${path}.services[${index}].port`, code: 'InvalidValue', message }];
  });
}

const objectFields: readonly string[] = Object.freeze(['apiVersion', 'kind', 'metadata', 'spec', 'status']);

function objectProblems(object: UndecodedObject): readonly Problem[] {
  return Object.keys(object)
    .filter((key) => !objectFields.includes(key))
    .map((key) => ({
      path: joinPath('', [key]),
      code: 'UnknownField',
      message: 'there is no such field beside "spec"',
      hint: 'The fields of the object belong under "spec".',
    }));
}

/** Maps of headers drop a key `__proto__` in silence, so it is looked for where they stand: three levels deep. */
function prototypeKeys(input: unknown, path: string, depth = 3): readonly Problem[] {
  if (depth === 0 || !isRecord(input)) return [];
  return Object.entries(input).flatMap(([key, value]) => {
    if (key !== '__proto__') return prototypeKeys(value, joinPath(path, [key]), depth - 1);
    return [{ path, code: 'InvalidObject' as const, message: 'a key "__proto__" is not allowed' }];
  });
}

function finish<T>(object: UndecodedObject, value: T | null, problems: readonly Problem[]): Decoded<T> {
  const reference: ObjectReference = Object.freeze({
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
  });
  const diagnostics = listed(problems).map((one) =>
    diagnostic(reference, one.path, one.code, one.message, one.hint),
  );
  return Object.freeze({ value, diagnostics: Object.freeze(diagnostics) });
}

/** At most `maxListed` problems, errors first where some must go, and one more that counts the rest. */
function listed(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= maxListed) return problems;
  const sorted = [...problems].sort((left, right) => Number(isError(right)) - Number(isError(left)));
  const [next, ...others] = sorted.slice(maxListed);
  if (next === undefined) return sorted;
  const message = `and ${others.length + 1} more problems in this object`;
  return [...sorted.slice(0, maxListed), { path: '', code: next.code, message }];
}
