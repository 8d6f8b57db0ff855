import { isIP } from 'node:net';
import type { Endpoint } from '../model/endpoint.ts';
import type { Middleware } from '../model/middleware.ts';
import { refusalReasons } from '../model/outcome.ts';
import type { Plan, PlanRoute, ServiceKey } from '../model/plan.ts';
import type { RequestView } from '../model/request-view.ts';
import type { EntryPoint } from '../model/settings.ts';
import { explainRequest, type RejectedRoute } from '../routing/explain.ts';
import { normaliseHost } from '../routing/host.ts';
import { requestPath } from '../routing/request-path.ts';

/** A request to explain, as a person writes it down. */
export interface ExplainQuery {
  readonly method: string;
  /** `http://HOST[:PORT]/PATH`, or a path alone together with a Host header. */
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly clientIp: string;
}

/** What the explanation looks at. */
export interface ExplainSource {
  readonly plan: Plan;
  readonly generation: number;
  readonly entryPoints: readonly EntryPoint[];
  endpointsOf(service: ServiceKey): readonly Endpoint[];
}

/** Which route a request takes and why; the names are API (`explain --output json`, `GET /api/explain`). */
export interface ExplainedRequest {
  readonly request: {
    readonly method: string;
    readonly tls: boolean;
    readonly host: string;
    readonly path: string;
    readonly entryPoint: string;
  };
  readonly route: string | null;
  /** The rule as its author wrote it. */
  readonly match: string | null;
  readonly priority: number | null;
  /** The matchers of the rule and what the request has. */
  readonly terms: readonly { readonly text: string; readonly holds: boolean; readonly request: string }[];
  /** What we would answer ourselves; null where an upstream answers. */
  readonly status: number | null;
  /** Why we would answer ourselves: what `X-Fairlead-Reason` says. */
  readonly reason: string | null;
  /** Where the route is broken, the code of the diagnostic that says why. */
  readonly because: string | null;
  /** The service, or the one with the greatest weight of several. */
  readonly service: ServiceKey | null;
  readonly services: readonly { readonly service: ServiceKey; readonly weight: number }[];
  readonly endpoints: readonly string[];
  readonly middlewares: readonly { readonly id: string; readonly does: string }[];
  /** Nearest first. */
  readonly rejected: readonly RejectedRoute[];
  readonly generation: number;
}

export type ExplainResult =
  | { readonly ok: true; readonly explained: ExplainedRequest }
  | { readonly ok: false; readonly problem: string };

/** Explains a request from the plan, as the proxy threads would decide it; a problem where it is no request at all. */
export function explainPlan(query: ExplainQuery, source: ExplainSource): ExplainResult {
  const view = viewOf(query, source.entryPoints);
  if (typeof view === 'string') return { ok: false, problem: view };
  const { route, terms, rejected } = explainRequest(source.plan.routes, view);
  const { method, tls = false, host, path, entryPoint } = view;
  const request = { method, tls, host, path, entryPoint };
  const refused = refusalOf(view.method);
  const base = { request, rejected, generation: source.generation };
  if (route === null || refused !== null) return { ok: true, explained: { ...base, ...nothing, ...refused } };
  const how = { route: route.id, match: route.match, priority: route.priority, terms };
  return { ok: true, explained: { ...base, ...how, ...actionOf(route, source) } };
}

const nothing = {
  route: null,
  match: null,
  priority: null,
  terms: [],
  status: refusalReasons.NoRoute as number,
  reason: 'NoRoute',
  because: null,
  service: null,
  services: [],
  endpoints: [],
  middlewares: [],
};

function refusalOf(method: string): { status: number; reason: string } | null {
  if (method !== 'CONNECT' && method !== 'TRACE') return null;
  return { status: refusalReasons.MethodNotAllowed, reason: 'MethodNotAllowed' };
}

function actionOf({ action, middlewares }: PlanRoute, { plan, endpointsOf }: ExplainSource) {
  const steps = middlewares.map((id) => {
    const found = plan.middlewares.find((candidate) => candidate.id === id);
    return { id, does: found === undefined ? 'it is missing' : describe(found.middleware) };
  });
  if (action.kind === 'fail') {
    const { status, reason: because } = action;
    return {
      status,
      reason: 'RouteBroken',
      because,
      service: null,
      services: [],
      endpoints: [],
      middlewares: steps,
    };
  }
  const services = action.targets.map(({ service, weight }) => ({ service, weight }));
  const heaviest = services.toSorted((left, right) => right.weight - left.weight)[0];
  const endpoints = services
    .flatMap(({ service }) => usable(endpointsOf(service)))
    .map(({ address, port }) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`));
  const none = endpoints.length === 0;
  return {
    status: none ? refusalReasons.NoEndpoints : null,
    reason: none ? 'NoEndpoints' : null,
    because: null,
    service: heaviest?.service ?? null,
    services,
    endpoints,
    middlewares: steps,
  };
}

/** Ready ones; where there are none, those that still serve while they terminate. */
function usable(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  return ready.length > 0 ? ready : endpoints.filter(({ serving, terminating }) => serving && terminating);
}

const descriptions: {
  [Kind in Middleware['kind']]: (middleware: Extract<Middleware, { kind: Kind }>) => string;
} = {
  stripPrefix: ({ prefixes }) => `strips the first of ${prefixes.join(', ')} that the path begins with`,
  addPrefix: ({ prefix }) => `puts ${prefix} before the path`,
  headers: ({ request, response }) =>
    [edits('of the request', request), edits('of the response', response)]
      .filter((part) => part !== '')
      .join('; '),
};

function describe(middleware: Middleware): string {
  return (descriptions[middleware.kind] as (middleware: Middleware) => string)(middleware);
}

function edits(
  whose: string,
  list: readonly { readonly name: string; readonly value: string | null }[],
): string {
  const set = list.filter(({ value }) => value !== null).map(({ name }) => name);
  const removed = list.filter(({ value }) => value === null).map(({ name }) => name);
  const parts = [
    set.length > 0 ? `sets ${set.join(', ')}` : '',
    removed.length > 0 ? `removes ${removed.join(', ')}` : '',
  ];
  const text = parts.filter((part) => part !== '').join(' and ');
  return text === '' ? '' : `${text} ${whose}`;
}

/** A token of HTTP, as methods and names of headers are (RFC 9110 section 5.6.2). */
const token = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

function viewOf(query: ExplainQuery, entryPoints: readonly EntryPoint[]): RequestView | string {
  const match = /^(?:(https?):\/\/([^/?#]+))?(\/[^?#]*)?(\?[^#]*)?(#.*)?$/is.exec(query.url);
  if (match === null || query.url === '')
    return `${JSON.stringify(query.url)} is neither a URL such as http://host/path nor a path`;
  if (!token.test(query.method)) return `${JSON.stringify(query.method)} is no method`;
  if (isIP(query.clientIp) === 0) return `${JSON.stringify(query.clientIp)} is no address of a client`;
  const [, scheme = 'http', authority = '', rawPath = '/'] = match;
  const headers = new Map<string, string[]>();
  for (const [name, value] of query.headers) {
    if (!token.test(name)) return `${JSON.stringify(name)} is no name of a header`;
    const key = name.toLowerCase();
    headers.set(key, [...(headers.get(key) ?? []), value]);
  }
  const [named = authority, ...more] = headers.get('host') ?? [];
  if (more.length > 0) return 'there is more than one Host header; such a request is answered with 400';
  if (named === '') return 'the request names no host; give http://HOST/PATH, or a Host header';
  headers.set('host', [named]);
  const host = normaliseHost(named);
  if (host === null || /:0*$/.test(named))
    return `${JSON.stringify(named)} is no host; a request with it is answered with 400`;
  const path = /^[!-~]*$/.test(rawPath) ? requestPath(rawPath) : null;
  if (path === null)
    return `${JSON.stringify(rawPath)} is no valid path; a request with it is answered with 400`;
  const entryPoint = entryPointOf(scheme.toLowerCase() === 'https', authority, entryPoints);
  if (entryPoint === undefined) return 'there is no entry point';
  return {
    entryPoint: entryPoint.name,
    tls: entryPoint.tls,
    host,
    path,
    method: query.method,
    clientIp: query.clientIp,
    header: (name) => headers.get(name) ?? [],
  };
}

function entryPointOf(
  tls: boolean,
  authority: string,
  entryPoints: readonly EntryPoint[],
): EntryPoint | undefined {
  const [, digits] = /:(\d+)$/.exec(authority) ?? [];
  const byPort = entryPoints.find(({ port }) => digits !== undefined && port === Number(digits));
  return byPort ?? entryPoints.find((entryPoint) => entryPoint.tls === tls) ?? entryPoints[0];
}
