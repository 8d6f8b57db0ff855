import { quote } from '../api/field-path.ts';
import type { KubeObject } from '../model/cluster.ts';
import { formatReference } from '../model/object-reference.ts';
import type { RouteAction } from '../model/plan.ts';
import type { Rule } from '../model/rule.ts';
import { defaultBackendPriority, ingressPriority, specificityOf } from '../routing/precedence.ts';
import { formatRule } from '../routing/rule/format.ts';
import { failing } from './action.ts';
import { isOurIngress } from './class.ts';
import type { TranslateContext } from './context.ts';
import type { Fragment } from './fragment.ts';
import { judgeAnnotations } from './ingress-annotations.ts';
import { both, hostRule, type IngressRuleResult, pathRule } from './ingress-rule.ts';
import { speaksPlainHttp } from './scheme.ts';
import { resolveService } from './service.ts';
import { elementsOf, type Fields, fieldsOf, isFields, textOf } from './shape.ts';

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
 * priority for all that nobody else takes. Routes are served on all entry points.
 */
export function translateIngress(ingress: KubeObject, context: TranslateContext): Fragment {
  const { fragment, options, lookup } = context;
  if (!isOurIngress(ingress, options.ingressClass, lookup)) return fragment.notOurs();
  const spec = fieldsOf(fieldsOf(ingress).spec);
  if (elementsOf(spec.tls).length > 0) {
    fragment.report(
      'spec.tls',
      'FieldWithoutEffect',
      'this version does not terminate TLS; the hosts are served in clear text',
    );
  }
  const mayBeServed = judgeAnnotations(ingress, fragment);
  for (const place of placesOf(spec, context)) {
    const action = actionOf(place, context);
    addRoute(place, mayBeServed ? action : failing('NotSupported'), context);
  }
  return fragment.build();
}

function placesOf(spec: Fields, context: TranslateContext): readonly RoutePlace[] {
  const places: RoutePlace[] = [];
  let index = 0;
  for (const [ruleIndex, element] of elementsOf(spec.rules).entries()) {
    const path = `spec.rules[${ruleIndex}]`;
    const fields = fieldsOf(element);
    const host = accepted(context, `${path}.host`, hostRule(textOf(fields.host) ?? ''));
    const paths = elementsOf(fieldsOf(fields.http).paths);
    for (const [pathIndex, entry] of paths.entries()) {
      const place = pathPlace(fieldsOf(entry), `${path}.http.paths[${pathIndex}]`, host, context);
      if (place !== null) places.push({ ...place, index });
      index += 1;
    }
    if (paths.length === 0) {
      const place = wholeHost(path, host, spec);
      if (place !== null) places.push({ ...place, index });
      index += 1;
    }
  }
  if (isFields(spec.defaultBackend)) places.push(defaultPlace(index, spec.defaultBackend));
  return places;
}

function pathPlace(
  entry: Fields,
  path: string,
  host: Rule | null,
  context: TranslateContext,
): Omit<RoutePlace, 'index'> | null {
  const written = textOf(entry.path) ?? '';
  const field = isPathType(entry.pathType) ? 'path' : 'pathType';
  const pathOnly = accepted(context, `${path}.${field}`, pathRule(written, entry.pathType));
  if (host === null || pathOnly === null) return null;
  const rule = both(host, pathOnly);
  const backendPath = `${path}.backend`;
  return { path, rule, priority: ingressPriority(rule), backend: entry.backend, backendPath };
}

function isPathType(value: unknown): boolean {
  return value === 'Exact' || value === 'Prefix' || value === 'ImplementationSpecific';
}

/** A rule without paths sends all of its host to the default backend (Kubernetes IngressRule). */
function wholeHost(path: string, host: Rule | null, spec: Fields): Omit<RoutePlace, 'index'> | null {
  if (host === null || host.kind === 'and' || !isFields(spec.defaultBackend)) return null;
  return {
    path,
    rule: host,
    priority: ingressPriority(host),
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

function addRoute(place: RoutePlace, action: RouteAction, context: TranslateContext): void {
  const { fragment, everywhere } = context;
  fragment.addRoute({
    id: `${formatReference(fragment.object)}/${place.index}`,
    object: fragment.object,
    path: place.path,
    match: formatRule(place.rule),
    rule: place.rule,
    priority: place.priority,
    specificity: specificityOf(place.rule),
    createdAt: fragment.createdAt,
    entryPoints: everywhere,
    tls: null,
    middlewares: none,
    action,
  });
}

const none: readonly never[] = Object.freeze([]);

function actionOf(place: RoutePlace, context: TranslateContext): RouteAction {
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
  const resolved = resolveService(context, { namespace, name, port, namePath, portPath });
  if (typeof resolved === 'string') return failing(resolved);
  if (!speaksPlainHttp(context, resolved, undefined, portPath)) return failing('NotSupported');
  fragment.useService(resolved.service);
  const target = { service: resolved.service.key, weight: 1, scheme: 'http', passHostHeader: true } as const;
  return { kind: 'forward', targets: [target] };
}
