import { controllerName } from '../api/kubernetes.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { Lookup } from './lookup.ts';
import { fieldsOf, textOf } from './shape.ts';

/** The annotation that named the class before `spec.ingressClassName` did (deprecated in Kubernetes 1.18, still in use). */
const classAnnotation = 'kubernetes.io/ingress.class';

/** Marks the IngressClass of Ingresses that name none (Kubernetes well-known annotation). */
const defaultClassAnnotation = 'ingressclass.kubernetes.io/is-default-class';

/**
 * Whether an Ingress is ours. By `spec.ingressClassName`, if it names our class and no other controller owns the IngressClass
 * of that name; an IngressClass that cannot be seen, as without rights on cluster-wide objects, is taken for ours. Else by
 * the old annotation. An Ingress that names no class is ours where our IngressClass is the default one.
 */
export function isOurIngress(ingress: KubeObject, ourClass: string, lookup: Lookup): boolean {
  const named = textOf(fieldsOf(fieldsOf(ingress).spec).ingressClassName);
  if (named !== undefined) {
    if (named !== ourClass) return false;
    const object = lookup.get('IngressClass', '', named);
    return object === undefined || isOurClass(object);
  }
  const annotated = annotationOf(ingress, classAnnotation);
  if (annotated !== undefined && annotated !== '') return annotated === ourClass;
  const object = lookup.get('IngressClass', '', ourClass);
  return (
    object !== undefined && isOurClass(object) && annotationOf(object, defaultClassAnnotation) === 'true'
  );
}

/** Whether an IngressRoute is ours: it names our class, or none (Traefik takes those without a class as well). */
export function isOurIngressRoute(route: KubeObject, ourClass: string): boolean {
  const named = textOf(fieldsOf(fieldsOf(route).spec).ingressClassName);
  const className = named ?? annotationOf(route, classAnnotation) ?? '';
  return className === '' || className === ourClass;
}

function isOurClass(ingressClass: KubeObject): boolean {
  return fieldsOf(fieldsOf(ingressClass).spec).controller === controllerName;
}

function annotationOf(object: KubeObject, name: string): string | undefined {
  return textOf(fieldsOf(object.metadata.annotations)[name]);
}
