import { isIP } from 'node:net';
import type { Endpoint } from '../model/endpoint.ts';
import { refusalReasons } from '../model/outcome.ts';
import type { Plan, PlanRoute } from '../model/plan.ts';
import type { ServiceKey } from '../model/plan-keys.ts';
import type { RequestView } from '../model/request-view.ts';
import type { EntryPoint } from '../model/settings.ts';
import { ambiguityAmong } from '../routing/ambiguity.ts';
import { explainRequest, type RejectedRoute } from '../routing/explain.ts';
import { normaliseHost } from '../routing/host.ts';
import { requestPath } from '../routing/request-path.ts';
import { middlewareWords } from './middleware-words.ts';
import { type ExplainedTls, explainTls, type KnownCertificate } from './tls-explanation.ts';

/** A request to explain, as a person writes it down. */
export interface ExplainQuery {
  readonly method: string;
  /** `http://HOST[:PORT]/PATH`, or a path alone together with a Host header. */
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly clientIp: string;
  /** Where it comes in; absent for what the port and the scheme of the URL tell. */
  readonly entryPoint?: string;
}

/** What the explanation looks at. */
export interface ExplainSource {
  readonly plan: Plan;
  /** Those of Secrets that are in use; null where Secrets cannot be seen. */
  readonly certificates: readonly KnownCertificate[] | null;
  /** The number of `plan`; 0 where it comes from files. */
  readonly generation: number;
  /** Whether every proxy thread serves that generation; null where there are none. */
  readonly isLive: boolean | null;
  readonly entryPoints: readonly EntryPoint[];
  endpointsOf(service: ServiceKey): readonly Endpoint[];
}

/** Which route a request takes and why; the names are API (`explain --output json`, `GET /api/explain`). */
export interface ExplainedRequest {
  readonly request: {
    readonly method: string;
    readonly tls: boolean;
    readonly host: string;
    /** The routing path: what rules are held against. */
    readonly path: string;
    /** Without its `?`. */
    readonly query: string;
    readonly entryPoint: string;
    readonly clientIp: string;
  };
  /** How the handshake before it is answered; null for a request in clear text. */
  readonly tls: ExplainedTls | null;
  readonly route: string | null;
  /** The rule as its author wrote it. */
  readonly match: string | null;
  readonly priority: number | null;
  /** The matchers of the rule and what the request has. */
  readonly terms: readonly { readonly text: string; readonly holds: boolean; readonly request: string }[];
  /** What we would answer ourselves; null where an upstream answers. */
  readonly status: number | null;
  /** Why we would answer ourselves: what `X-Fairlead-Reason` says, or what `tls.refused` does. */
  readonly reason: string | null;
  /** Where the route is broken, the code of the diagnostic that says why. */
  readonly because: string | null;
  /**
   * Another reading of the path and the route it leads to, which has a middleware that `route` lacks or fails closed: such a
   * request is refused. Null where there is none; `reading` and `route` are null where there are too many readings to judge.
   */
  readonly ambiguity: { readonly reading: string | null; readonly route: string | null } | null;
  /** The service, or the one with the greatest weight of several. */
  readonly service: ServiceKey | null;
  readonly services: readonly ExplainedService[];
  /** The endpoints of all services that a request may be sent to, as `ADDRESS:PORT`. */
  readonly endpoints: readonly string[];
  readonly middlewares: readonly { readonly id: string; readonly does: string }[];
  /** How many routes match too and have lower precedence. `rejected` names the first of them. */
  readonly alsoMatching: number;
  /** Nearest first: routes that match too, then those that miss by least. */
  readonly rejected: readonly RejectedRoute[];
  readonly generation: number;
  /** Whether every proxy thread serves this generation; null where it comes from files. */
  readonly live: boolean | null;
}

/** A service that the route sends requests to. */
interface ExplainedService {
  readonly service: ServiceKey;
  readonly weight: number;
  /** Every endpoint there is, also those that get nothing. */
  readonly endpoints: readonly ExplainedEndpoint[];
}

interface ExplainedEndpoint {
  /** `ADDRESS:PORT` */
  readonly address: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  /** Whether it gets requests now. */
  readonly candidate: boolean;
}

export type ExplainResult =
  | { readonly ok: true; readonly explained: ExplainedRequest }
  | { readonly ok: false; readonly problem: string };

/** Explains a request from the plan, as the proxy threads would decide it; a problem where it is no request at all. */
export function explainPlan(query: ExplainQuery, source: ExplainSource): ExplainResult {
  const ofTcp = source.entryPoints.filter(({ udp }) => udp !== true);
  const view = viewOf(query, ofTcp);
  if (typeof view === 'string') return { ok: false, problem: view };
  const { route, terms, alsoMatching, rejected } = explainRequest(source.plan.routes, view);
  const { method, tls = false, host, path, query: search, entryPoint, clientIp } = view;
  const request = { method, tls, host, path, query: search, entryPoint, clientIp };
  const refused = refusalOf(view.method);
  const { certificates, plan } = source;
  const urlHost = urlHostOf(query.url) ?? host;
  const handshake = tls ? explainTls({ urlHost, host, route }, plan, certificates) : null;
  const base = {
    request,
    tls: handshake,
    alsoMatching,
    rejected,
    generation: source.generation,
    live: source.isLive,
  };
  const before = refusalBefore(handshake);
  if (route === null || refused !== null) {
    return { ok: true, explained: { ...base, ...nothing, ...refused, ...before } };
  }
  const how = { route: route.id, match: route.match, priority: route.priority, terms };
  const action = { ...actionOf(route, source), ...ambiguityOf(route, view, source.plan), ...before };
  return { ok: true, explained: { ...base, ...how, ...action } };
}

const nothing = {
  route: null,
  match: null,
  priority: null,
  terms: [],
  status: refusalReasons.NoRoute as number,
  reason: 'NoRoute',
  because: null,
  ambiguity: null,
  service: null,
  services: [],
  endpoints: [],
  middlewares: [],
};

/** What the connection has against a request before its route is asked. */
function refusalBefore(tls: ExplainedTls | null) {
  if (tls === null) return null;
  if (tls.refused !== null) return { status: null, reason: tls.refused };
  if (tls.misdirected === null) return null;
  return { status: refusalReasons.MisdirectedRequest, reason: 'MisdirectedRequest' };
}

/** The host that a client of this URL connects to; null where it is a path alone. */
function urlHostOf(url: string): string | null {
  const [, authority] = /^https?:\/\/([^/?#]+)/i.exec(url) ?? [];
  return authority === undefined ? null : normaliseHost(authority);
}

/** What stands in the way of a route that was chosen by one of several readings of the path. */
function ambiguityOf(route: PlanRoute, view: RequestView, plan: Plan) {
  const found = ambiguityAmong(plan.routes, view, route);
  if (found === null) return { ambiguity: null };
  const ambiguity = { reading: found.reading, route: found.route?.id ?? null };
  return { ambiguity, status: refusalReasons.AmbiguousPath, reason: 'AmbiguousPath' };
}

function refusalOf(method: string): { status: number; reason: string } | null {
  if (method !== 'CONNECT' && method !== 'TRACE') return null;
  return { status: refusalReasons.MethodNotAllowed, reason: 'MethodNotAllowed' };
}

function actionOf({ action, middlewares }: PlanRoute, { plan, endpointsOf }: ExplainSource) {
  const steps = middlewares.map((id) => {
    const found = plan.middlewares.find((candidate) => candidate.id === id);
    return { id, does: found === undefined ? 'it is missing' : middlewareWords(found.middleware) };
  });
  if (action.kind === 'fail') {
    const { status, reason: because } = action;
    return {
      status,
      reason: status === 404 ? 'NoRoute' : 'RouteBroken',
      because,
      service: null,
      services: [],
      endpoints: [],
      middlewares: steps,
    };
  }
  const services = action.targets.map(({ service, weight }) => {
    return { service, weight, endpoints: explainedEndpoints(endpointsOf(service), weight) };
  });
  const heaviest = services.toSorted((left, right) => right.weight - left.weight)[0];
  const endpoints = services
    .flatMap((service) => service.endpoints)
    .filter(({ candidate }) => candidate)
    .map(({ address }) => address);
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

/** Ready ones are candidates, unless the weight is 0; where there are none, those that still serve while they terminate. */
function explainedEndpoints(endpoints: readonly Endpoint[], weight: number): readonly ExplainedEndpoint[] {
  const isAnyReady = endpoints.some(({ ready }) => ready);
  return endpoints.map(({ address, port, ready, serving, terminating }) => ({
    address: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
    ready,
    serving,
    terminating,
    candidate: weight > 0 && (isAnyReady ? ready : serving && terminating),
  }));
}

/** A token of HTTP, as methods and names of headers are (RFC 9110 section 5.6.2). */
const token = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

function viewOf(query: ExplainQuery, entryPoints: readonly EntryPoint[]): RequestView | string {
  const match = /^(?:(https?):\/\/([^/?#]+))?(\/[^?#]*)?(\?[^#]*)?(#.*)?$/is.exec(query.url);
  if (match === null || query.url === '')
    return `${JSON.stringify(query.url)} is neither a URL such as http://host/path nor a path`;
  if (!token.test(query.method)) return `${JSON.stringify(query.method)} is no method`;
  if (isIP(query.clientIp) === 0) return `${JSON.stringify(query.clientIp)} is no address of a client`;
  const [, scheme = 'http', authority = '', rawPath = '/', search = ''] = match;
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
  const isHttps = scheme.toLowerCase() === 'https';
  const entryPoint =
    query.entryPoint === undefined
      ? entryPointOf(isHttps, authority, entryPoints)
      : entryPoints.find(({ name }) => name === query.entryPoint);
  if (entryPoint === undefined) return noEntryPoint(query.entryPoint, entryPoints);
  return {
    entryPoint: entryPoint.name,
    tls: entryPoint.tls || isHttps,
    host,
    path,
    query: search.slice(1),
    method: query.method,
    clientIp: query.clientIp,
    header: (name) => headers.get(name) ?? [],
  };
}

function noEntryPoint(name: string | undefined, entryPoints: readonly EntryPoint[]): string {
  if (name === undefined || entryPoints.length === 0) return 'there is no entry point';
  const known = entryPoints.map((one) => one.name).join(', ');
  return `there is no entry point ${JSON.stringify(name)}; there are ${known}`;
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
