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
import { isError, maxListed, type Problem, schemaProblems } from './schema-problem.ts';

/** What came of decoding an object: the value, or null where nothing of it can be used, and all that is wrong with it. */
export interface Decoded<T> {
  readonly value: T | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** An object of one of our kinds as it came: any JSON may stand in `spec`. */
export type UndecodedObject = KubeObject & { readonly spec?: unknown };

/** An IngressRoute whose routes were decoded one by one, so that a bad one costs its siblings nothing. */
export interface IngressRoute {
  /** `spec` but for the routes. */
  readonly spec: IngressRouteFrame;
  /** All routes, in the order of the object. */
  readonly routes: readonly DecodedRoute[];
}

export interface DecodedRoute {
  /** Its place in `spec.routes`. */
  readonly index: number;
  /** `spec.routes[0]` */
  readonly path: string;
  /** With defaults filled in; null where the route must not be served. */
  readonly value: IngressRouteRoute | null;
  /**
   * Where `value` is null but it can be told which requests the route was to take: those answer with an error instead of
   * falling through to a broader route, which may lack the middlewares that were meant to guard them.
   */
  readonly refused: RefusedRoute | null;
}

interface RefusedRoute {
  readonly match: string;
  /** Absent where the object names none, or none that makes sense. */
  readonly priority?: number;
  /** Code of the error that keeps the route from being served; there is a diagnostic with it. */
  readonly reason: DiagnosticCode;
}

/** Decodes an IngressRoute. `value` is null where something outside the routes does not fit. Never throws. */
export function decodeIngressRoute(object: UndecodedObject): Decoded<IngressRoute> {
  const around = objectProblems(object);
  const frame = decodeWith(ingressRouteFrameSchema, object.spec, {
    effects: ingressRouteFrameEffects,
    field: '',
    path: 'spec',
  });
  if (frame.value === null || around.length > 0) {
    return finish<IngressRoute>(object, null, [...around, ...frame.problems]);
  }
  const { routes: raw, ...spec } = frame.value;
  const blocked = frame.problems.find(isError)?.code;
  const decoded = raw.map((route, index) => decodeRoute(route, index, blocked));
  const routes = decoded.map(({ route }) => route);
  return finish(object, { spec, routes }, [
    ...frame.problems,
    ...decoded.flatMap(({ problems }) => problems),
  ]);
}

/**
 * Decodes a Middleware. `value` is null where anything but a field without effect is wrong with it. Never throws.
 * `readMiddleware` goes on from here to what a proxy thread needs.
 */
export function decodeMiddleware(object: UndecodedObject): Decoded<MiddlewareSpec> {
  const { value, problems } = decodeWith(middlewareSpecSchema, object.spec, {
    effects: middlewareEffects,
    field: '',
    path: 'spec',
  });
  const all = [
    ...objectProblems(object),
    ...problems,
    ...oneKey(object.spec),
    ...prototypeKeys(object.spec, 'spec'),
  ];
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
function decodeRoute(
  raw: unknown,
  index: number,
  blocked: DiagnosticCode | undefined,
): { readonly route: DecodedRoute; readonly problems: readonly Problem[] } {
  const path = `spec.routes[${index}]`;
  const decoded = decodeWith(routeSchema, raw, { effects: routeEffects, field: 'routes[]', path });
  const problems = [...decoded.problems, ...serviceProblems(raw, path)];
  const reason = problems.find(isError)?.code ?? blocked;
  if (reason === undefined) return { route: { index, path, value: decoded.value, refused: null }, problems };
  return { route: { index, path, value: null, refused: refusedRoute(raw, reason) }, problems };
}

function refusedRoute(raw: unknown, reason: DiagnosticCode): RefusedRoute | null {
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

/** A Middleware does exactly one thing. */
function oneKey(spec: unknown): readonly Problem[] {
  if (!isRecord(spec)) return [];
  const keys = Object.keys(middlewareSpecSchema.shape).filter((key) => Object.hasOwn(spec, key));
  if (keys.length === 1) return [];
  if (keys.length === 0) {
    const message = 'says nothing of what the middleware does: it needs one key, such as "stripPrefix"';
    return [{ path: 'spec', code: 'InvalidValue', message }];
  }
  const message = `one Middleware does one thing, but this one names several: ${keys.join(', ')}`;
  const hint = 'Make one Middleware of each and name them in the route in the order in which they act.';
  return [{ path: 'spec', code: 'InvalidValue', message, hint }];
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
