import { joinPath } from '../api/field-path.ts';
import type { KubeObject } from '../model/cluster.ts';
import { byCodeUnit } from '../model/order.ts';
import type { FragmentBuilder } from './fragment.ts';
import { fieldsOf } from './shape.ts';

/** Annotations by which other controllers are told what an Ingress cannot say. */
const foreignPrefixes: readonly string[] = ['nginx.ingress.kubernetes.io/', 'traefik.ingress.kubernetes.io/'];

/**
 * Those that keep requests out, or decide which of them an Ingress takes. An Ingress that was written for another controller
 * must not be served without them: what they were to guard would be open.
 */
const guarding: ReadonlySet<string> = new Set([
  'nginx.ingress.kubernetes.io/allowlist-source-range',
  'nginx.ingress.kubernetes.io/auth-secret',
  'nginx.ingress.kubernetes.io/auth-signin',
  'nginx.ingress.kubernetes.io/auth-snippet',
  'nginx.ingress.kubernetes.io/auth-tls-secret',
  'nginx.ingress.kubernetes.io/auth-tls-verify-client',
  'nginx.ingress.kubernetes.io/auth-type',
  'nginx.ingress.kubernetes.io/auth-url',
  'nginx.ingress.kubernetes.io/canary',
  'nginx.ingress.kubernetes.io/configuration-snippet',
  'nginx.ingress.kubernetes.io/denylist-source-range',
  'nginx.ingress.kubernetes.io/enable-global-auth',
  'nginx.ingress.kubernetes.io/enable-modsecurity',
  'nginx.ingress.kubernetes.io/enable-owasp-core-rules',
  'nginx.ingress.kubernetes.io/server-snippet',
  'nginx.ingress.kubernetes.io/ssl-passthrough',
  'nginx.ingress.kubernetes.io/whitelist-source-range',
  'traefik.ingress.kubernetes.io/router.middlewares',
  'traefik.ingress.kubernetes.io/router.pathmatcher',
  'traefik.ingress.kubernetes.io/router.tls.options',
]);

/** Reports annotations of other controllers, which this version does not read. False where the Ingress must not be served. */
export function judgeAnnotations(ingress: KubeObject, fragment: FragmentBuilder): boolean {
  let mayBeServed = true;
  const annotations = Object.entries(fieldsOf(ingress.metadata.annotations));
  for (const [name, value] of annotations.sort(([left], [right]) => byCodeUnit(left, right))) {
    if (!foreignPrefixes.some((prefix) => name.startsWith(prefix))) continue;
    if (value === '' || value === 'false') continue;
    const path = joinPath('metadata.annotations', [name]);
    if (!guarding.has(name)) {
      fragment.report(
        path,
        'FieldWithoutEffect',
        'has no effect: this version does not read this annotation',
      );
      continue;
    }
    mayBeServed = false;
    fragment.report(
      path,
      'NotSupported',
      'is not supported: this version does not read this annotation, and without it the Ingress would be more open than it was',
      'Say it with an IngressRoute and Middlewares, or remove the annotation.',
    );
  }
  return mayBeServed;
}
