import { quote } from '../api/field-path.ts';
import type { KubeObject } from '../model/cluster.ts';
import { formatReference } from '../model/object-reference.ts';
import type { RouteAction } from '../model/plan.ts';
import type { Rule } from '../model/rule.ts';
import { defaultBackendPriority, ingressPriority, ingressSpecificity } from '../routing/precedence.ts';
import { formatRule } from '../routing/rule/format.ts';
import { failing } from './action.ts';
import { annotationPath } from './annotations.ts';
import { isOurIngress } from './class.ts';
import type { TranslateContext } from './context.ts';
import type { Fragment } from './fragment.ts';
import { type IngressSettings, ingressSettings } from './ingress-annotations.ts';
import { both, hostRule, type IngressRuleResult, pathRule } from './ingress-rule.ts';
import { ingressTarget } from './ingress-service.ts';
import { matcherRule } from './path-matcher.ts';
import { elementsOf, type Fields, fieldsOf, isFields, textOf } from './shape.ts';
import { claimHosts, hostsOf, resolveTls } from './tls.ts';

/** A place in an Ingress that makes a route. */
interface RoutePlace {
  /** Counts all paths of the Ingress, then the default backend. */
  readonly index: number;
  readonly path: string;
  readonly rule: Rule;
  readonly priority: number;
  readonly backend: unknown;
  readonly backendPath: string;
}

/**
 * Translates an Ingress (`networking.k8s.io/v1`). Each path is a route of its own; the default backend is one of the lowest
 * priority for all that nobody else takes. Routes are served on all entry points where no annotation names some.
 */
export function translateIngress(ingress: KubeObject, context: TranslateContext): Fragment {
  const { fragment, options, lookup } = context;
  if (!isOurIngress(ingress, options.ingressClass, lookup)) return fragment.notOurs();
  const spec = fieldsOf(fieldsOf(ingress).spec);
  const settings = ingressSettings(ingress, context);
  for (const place of placesOf(spec, settings, context)) {
    const action = actionOf(place, settings, context);
    if (settings.entryPoints.length > 0) addRoute(place, action, settings, context);
  }
  reportIdleMatcher(spec, settings, context);
  claimTls(spec, settings, context);
  return fragment.build();
}

/** An entry without hosts is for those of the rules (Kubernetes IngressTLS), as are settings that an annotation names. */
function claimTls(spec: Fields, { tlsOptions }: IngressSettings, context: TranslateContext): void {
  const entries = elementsOf(spec.tls).map(fieldsOf);
  const ofRules = elementsOf(spec.rules).flatMap((rule) => hostsOfRule(fieldsOf(rule)));
  for (const [index, entry] of entries.entries()) {
    const path = `spec.tls[${index}]`;
    const named = elementsOf(entry.hosts).flatMap((host, at) => {
      const rule = accepted(context, `${path}.hosts[${at}]`, hostRule(textOf(host) ?? ''));
      return rule === null ? [] : hostsOf(rule);
    });
    const tls = resolveTls(context, { secretName: textOf(entry.secretName) }, path, tlsOptions);
    claimHosts(context, { hosts: named.length > 0 ? named : ofRules, tls, path });
  }
  if (tlsOptions === null) return;
  const path = 'metadata.annotations';
  claimHosts(context, { hosts: ofRules, tls: resolveTls(context, {}, path, tlsOptions), path });
}

function hostsOfRule({ host }: Fields): readonly string[] {
  const result = hostRule(textOf(host) ?? '');
  return result.ok ? hostsOf(result.rule) : none;
}

/** A matcher for paths that are not there: somebody took it to be for all paths. */
function reportIdleMatcher(
  spec: Fields,
  { pathMatcher }: IngressSettings,
  { fragment }: TranslateContext,
): void {
  if (pathMatcher === null) return;
  const paths = elementsOf(spec.rules).flatMap((rule) => elementsOf(fieldsOf(fieldsOf(rule).http).paths));
  if (paths.some((entry) => fieldsOf(entry).pathType === 'ImplementationSpecific')) return;
  const because = 'it is for paths of the type ImplementationSpecific, and there is none';
  fragment.report(annotationPath(pathMatcher.annotation), 'FieldWithoutEffect', `has no effect: ${because}`);
}

function placesOf(spec: Fields, settings: IngressSettings, context: TranslateContext): readonly RoutePlace[] {
  const places: RoutePlace[] = [];
  let index = 0;
  for (const [ruleIndex, element] of elementsOf(spec.rules).entries()) {
    const path = `spec.rules[${ruleIndex}]`;
    const fields = fieldsOf(element);
    const host = accepted(context, `${path}.host`, hostRule(textOf(fields.host) ?? ''));
    const paths = elementsOf(fieldsOf(fields.http).paths);
    for (const [pathIndex, entry] of paths.entries()) {
      const entryPath = `${path}.http.paths[${pathIndex}]`;
      const place = pathPlace(fieldsOf(entry), entryPath, settings, context);
      if (host !== null && place !== null) places.push({ ...placeIn(host, place, settings), index });
      index += 1;
    }
    if (paths.length === 0) {
      const place = wholeHost(path, host, spec, settings);
      if (place !== null) places.push({ ...place, index });
      index += 1;
    }
  }
  if (isFields(spec.defaultBackend)) places.push(defaultPlace(index, spec.defaultBackend));
  return places;
}

type PathPlace = Omit<RoutePlace, 'index' | 'priority'>;

/** A path without its host. */
function pathPlace(
  entry: Fields,
  path: string,
  { pathMatcher }: IngressSettings,
  context: TranslateContext,
): PathPlace | null {
  const written = textOf(entry.path) ?? '';
  const field = isPathType(entry.pathType) ? 'path' : 'pathType';
  const usual = accepted(context, `${path}.${field}`, pathRule(written, entry.pathType));
  if (usual === null) return null;
  const backendPath = `${path}.backend`;
  const place = { path, rule: usual, backend: entry.backend, backendPath };
  if (pathMatcher === null || entry.pathType !== 'ImplementationSpecific') return place;
  const matched = matcherRule(pathMatcher.matcher, written);
  if (matched.ok) return { ...place, rule: matched.rule };
  context.fragment.report(`${path}.path`, 'InvalidRule', matched.message, matched.hint);
  return null;
}

function placeIn(host: Rule, place: PathPlace, settings: IngressSettings): Omit<RoutePlace, 'index'> {
  const rule = both(host, place.rule);
  return { ...place, rule, priority: settings.priority ?? ingressPriority(rule) };
}

function isPathType(value: unknown): boolean {
  return value === 'Exact' || value === 'Prefix' || value === 'ImplementationSpecific';
}

/** A rule without paths sends all of its host to the default backend (Kubernetes IngressRule). */
function wholeHost(
  path: string,
  host: Rule | null,
  spec: Fields,
  settings: IngressSettings,
): Omit<RoutePlace, 'index'> | null {
  if (host === null || host.kind === 'and' || !isFields(spec.defaultBackend)) return null;
  return {
    path,
    rule: host,
    priority: settings.priority ?? ingressPriority(host),
    backend: spec.defaultBackend,
    backendPath: 'spec.defaultBackend',
  };
}

function defaultPlace(index: number, backend: Fields): RoutePlace {
  return {
    index,
    path: 'spec.defaultBackend',
    rule: { kind: 'pathPrefix', prefix: '/', elements: true },
    priority: defaultBackendPriority,
    backend,
    backendPath: 'spec.defaultBackend',
  };
}

function accepted(context: TranslateContext, path: string, result: IngressRuleResult): Rule | null {
  if (result.ok) return result.rule;
  context.fragment.report(path, 'InvalidValue', result.message, result.hint);
  return null;
}

function addRoute(
  place: RoutePlace,
  action: RouteAction,
  { entryPoints, tls, tlsOptions, middlewares }: IngressSettings,
  { fragment }: TranslateContext,
): void {
  fragment.addRoute({
    id: `${formatReference(fragment.object)}/${place.index}`,
    object: fragment.object,
    path: place.path,
    match: formatRule(place.rule),
    rule: place.rule,
    priority: place.priority,
    specificity: ingressSpecificity(place.rule),
    createdAt: fragment.createdAt,
    entryPoints,
    tls,
    ...(tlsOptions === null ? {} : { tlsOptions: tlsOptions.id }),
    middlewares: action.kind === 'fail' ? none : middlewares,
    action,
  });
}

const none: readonly never[] = Object.freeze([]);

function actionOf(place: RoutePlace, settings: IngressSettings, context: TranslateContext): RouteAction {
  const { fragment } = context;
  const { service, resource } = fieldsOf(place.backend);
  const path = place.backendPath;
  if (isFields(resource)) {
    const kind = quote(textOf(resource.kind) ?? '');
    fragment.report(`${path}.resource`, 'NotSupported', `a resource of kind ${kind} cannot be a backend`);
    return failing('NotSupported');
  }
  const reference = fieldsOf(service);
  const name = textOf(reference.name) ?? '';
  const { number, name: portName } = fieldsOf(reference.port);
  const port = typeof number === 'number' && number !== 0 ? number : (textOf(portName) ?? '');
  if (name === '' || port === '') {
    const missing = name === '' ? 'service' : 'service.port';
    fragment.report(`${path}.${missing}`, 'InvalidValue', 'the backend names no Service and port of it');
    return failing('InvalidValue');
  }
  const portPath = `${path}.service.port.${typeof port === 'number' ? 'number' : 'name'}`;
  const namespace = fragment.object.namespace;
  const namePath = `${path}.service.name`;
  const target = ingressTarget(context, { namespace, name, port, namePath, portPath }, settings);
  if (typeof target === 'string') return failing(settings.failure ?? target);
  if (settings.failure !== null) return failing(settings.failure);
  return { kind: 'forward', targets: [target], ...settings.timeouts };
}
