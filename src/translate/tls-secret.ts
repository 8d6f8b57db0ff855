import { quote } from '../api/field-path.ts';
import type { ConfigMap, Secret } from '../api/secret.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { Pair } from './certificate.ts';
import type { TranslateContext } from './context.ts';
import type { Material } from './material.ts';
import type { ResolvedName } from './reference.ts';
import type { ReadSecret } from './secret-reader.ts';

/** What refers to a Secret: whether it may is decided before, by `resolveReference`. */
type Context = Pick<TranslateContext, 'fragment' | 'lookup' | 'options' | 'secrets'>;

/**
 * The certificate and key of a Secret, made known to the fragment; where there is none that can be used, reports at `path` and
 * answers with the code.
 */
export function pairOf(context: Context, name: ResolvedName, path: string): Pair | DiagnosticCode {
  const { fragment } = context;
  const secret = secretNamed(context, 'Secret', name, path);
  if (typeof secret === 'string') return secret;
  const read = context.secrets.pair(secret as Secret);
  const pair = judged(context, read, name, path);
  if (typeof pair === 'string') return pair;
  fragment.useMaterial(pair.material);
  const { names, notBeforeMs, notAfterMs, mustStaple } = pair.certificate;
  fragment.useCertificate({
    secret: Object.freeze({ apiVersion: 'v1', kind: 'Secret', ...name }),
    material: pair.material.id,
    names,
    notBeforeMs,
    notAfterMs,
    mustStaple,
  });
  return pair;
}

/** The same for the certificates of authorities in a Secret or ConfigMap. */
export function authoritiesOf(
  context: Context,
  name: ResolvedName,
  path: string,
  kind: 'Secret' | 'ConfigMap' = 'Secret',
): Material | DiagnosticCode {
  const found = secretNamed(context, kind, name, path);
  if (typeof found === 'string') return found;
  const material = judged(context, context.secrets.authorities(found), name, path);
  if (typeof material !== 'string') context.fragment.useMaterial(material);
  return material;
}

function secretNamed(
  { fragment, lookup, options }: Context,
  kind: 'Secret' | 'ConfigMap',
  { namespace, name }: ResolvedName,
  path: string,
): Secret | ConfigMap | DiagnosticCode {
  const found = lookup.get(kind, namespace, name);
  if (found !== undefined) return found as Secret | ConfigMap;
  const access = lookup.access(kind, namespace);
  // It will be told in a moment, and a status that says otherwise meanwhile would only alarm.
  if (access === 'waiting') return 'SecretNotFound';
  if (access === 'refused') {
    const account = options.ownNamespace ?? 'fairlead';
    fragment.report(
      path,
      'SecretForbidden',
      `Fairlead may not read ${kind}s in namespace ${quote(namespace)}`,
      `kubectl create rolebinding fairlead-secrets --clusterrole=fairlead-secrets --serviceaccount=${account}:fairlead --namespace=${namespace}`,
    );
    return 'SecretForbidden';
  }
  fragment.report(
    path,
    'SecretNotFound',
    `there is no ${kind} ${quote(name)} in namespace ${quote(namespace)}`,
    `Create the ${kind}, or correct the name.`,
  );
  return 'SecretNotFound';
}

function judged<Value>(
  { fragment }: Context,
  { value, problem }: ReadSecret<Value>,
  { name }: ResolvedName,
  path: string,
): Value | DiagnosticCode {
  if (problem !== null) {
    const kept = value === null ? '' : '; what it held before stays in use';
    const message = `${quote(name)} cannot be used: ${problem.message}${kept}`;
    fragment.report(
      path,
      'SecretInvalid',
      message,
      'kubectl create secret tls makes one of a certificate and its key in PEM.',
    );
  }
  return value ?? 'SecretInvalid';
}
