import type { KubeObject } from '../../model/cluster.ts';
import { elementsOf, fieldsOf, textOf } from '../shape.ts';
import { type Lint, lint } from './lint-kinds.ts';

/**
 * Middlewares that no route among `objects` names. Nothing is said where there are no routes at all: then they stand
 * elsewhere. An annotation counts as naming whatever name it contains, so that no spelling of references is missed.
 */
export function unusedMiddlewares(objects: readonly KubeObject[]): readonly Lint[] {
  const used = new Set<string>();
  const usedOfTcp = new Set<string>();
  const annotations: string[] = [];
  let routes = 0;
  for (const object of objects) {
    const namespace = object.metadata.namespace ?? '';
    const kind = plainKind(object);
    if (kind === 'IngressRoute' || kind === 'IngressRouteTCP' || kind === 'Ingress') routes += 1;
    if (kind === 'IngressRoute' || kind === 'Middleware') {
      collect(fieldsOf(object).spec, namespace, used);
    }
    if (kind === 'IngressRouteTCP') collect(fieldsOf(object).spec, namespace, usedOfTcp);
    if (kind === 'Ingress') annotations.push(...middlewareAnnotations(object));
  }
  if (routes === 0) return [];
  const words = new Set(annotations.flatMap(namesIn));
  return objects
    .filter((object) => {
      const { namespace = '', name } = object.metadata;
      const key = `${namespace}/${name}`;
      if (plainKind(object) === 'MiddlewareTCP') return !usedOfTcp.has(key);
      if (plainKind(object) !== 'Middleware') return false;
      return !used.has(key) && !words.has(name) && !words.has(`${namespace}-${name}`);
    })
    .map((object) => lint(placeOf(object), 'UnusedMiddleware', message, 'Name it in a route, or remove it.'));
}

/** Kinds of another group carry its name: `Middleware.traefik.io`. */
function plainKind({ kind }: KubeObject): string {
  return kind.split('.')[0] ?? kind;
}

const message = 'no route names this Middleware';

/** References stand in lists called `middlewares`: of routes, of parents, of chains. */
function collect(value: unknown, namespace: string, used: Set<string>, depth = 8): void {
  if (depth === 0 || typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    if (key === 'middlewares') {
      for (const element of elementsOf(child)) {
        const { name, namespace: other } = fieldsOf(element);
        used.add(`${textOf(other) || namespace}/${textOf(name) ?? ''}`);
      }
    } else collect(child, namespace, used, depth - 1);
  }
}

function middlewareAnnotations({ metadata }: KubeObject): readonly string[] {
  return Object.entries(metadata.annotations ?? {})
    .filter(([name, text]) => name.endsWith('middlewares') && typeof text === 'string')
    .map(([, text]) => text);
}

/** `a, team/b, team-c@kubernetescrd` names `a`, `b` and `team-c`. */
function namesIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).map((word) => word.replace(/@.*$/, '').replace(/^.*\//, ''));
}

function placeOf({ apiVersion, kind, metadata }: KubeObject): Pick<Lint, 'object' | 'path'> {
  return {
    object: { apiVersion, kind, namespace: metadata.namespace ?? '', name: metadata.name },
    path: 'metadata.name',
  };
}
