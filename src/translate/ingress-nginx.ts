import type { KubeObject } from '../model/cluster.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import { byCodeUnit } from '../model/order.ts';
import { annotationPath } from './annotations.ts';
import type { FragmentBuilder } from './fragment.ts';
import { nginxUpstreamAnnotations } from './ingress-nginx-upstream.ts';
import { fieldsOf, textOf } from './shape.ts';

/** How ingress-nginx is told what an Ingress cannot say. */
const prefix = 'nginx.ingress.kubernetes.io/';

interface NginxAnnotation {
  /** As it stands behind the prefix; with `*` at the end, all names that begin so. */
  readonly name: string;
  /** What to do, to go on from the name and a colon. */
  readonly instead: string;
  /**
   * True for what keeps requests out, or decides which of them an Ingress takes. An Ingress that was written for another
   * controller must not be served without it: what it was to guard would be open.
   */
  readonly guards?: boolean;
  /** Values that ask for nothing beyond what is done anyway. */
  readonly harmless?: readonly string[];
}

const later = 'this version has nothing in its place';
const noLogin = 'let the upstream check who asks; this version has no Middleware for it';
const addresses = 'use a matcher ClientIP in the rule of an IngressRoute';
const weights =
  'use an IngressRoute with several services by weight, or with a matcher Header and a higher priority';

/** The first entry that fits counts. */
const known: readonly NginxAnnotation[] = [
  { name: 'ssl-redirect', instead: 'drop it: this version does not redirect, and serves clear text' },
  { name: 'force-ssl-redirect', instead: 'drop it: this version does not redirect, and serves clear text' },
  { name: 'ssl-passthrough', instead: later, guards: true },
  {
    name: 'rewrite-target',
    instead: 'use a Middleware with stripPrefix or addPrefix, named in fairlead.dev/middlewares',
  },
  { name: 'app-root', instead: later },
  {
    name: 'use-regex',
    instead: 'use fairlead.dev/path-matcher: PathRegexp and paths of the type ImplementationSpecific',
  },
  { name: 'proxy-body-size', instead: 'drop it: this version has no limit for the size of a body' },
  { name: 'client-body-buffer-size', instead: 'drop it: bodies are passed on as they come' },
  { name: 'proxy-buffering', instead: 'drop it: answers are passed on as they come', harmless: ['off'] },
  {
    name: 'proxy-request-buffering',
    instead: 'drop it: bodies are passed on as they come',
    harmless: ['off'],
  },
  {
    name: 'proxy-read-timeout',
    instead: 'use fairlead.dev/first-byte-timeout and fairlead.dev/idle-timeout',
  },
  { name: 'proxy-send-timeout', instead: 'use fairlead.dev/backend-request-timeout' },
  { name: 'proxy-connect-timeout', instead: 'use fairlead.dev/connect-timeout' },
  { name: 'proxy-next-upstream*', instead: 'drop it: a request that cannot have arrived is tried once more' },
  { name: 'whitelist-source-range', instead: addresses, guards: true },
  { name: 'allowlist-source-range', instead: addresses, guards: true },
  { name: 'denylist-source-range', instead: addresses, guards: true },
  { name: 'auth-tls-pass-certificate-to-upstream', instead: later },
  { name: 'auth-*', instead: noLogin, guards: true },
  { name: 'enable-global-auth', instead: noLogin, guards: true },
  { name: 'satisfy', instead: noLogin, guards: true },
  { name: 'canary*', instead: weights, guards: true },
  { name: 'limit-*', instead: later },
  { name: 'affinity*', instead: 'drop it: this version has no sticky sessions' },
  { name: 'session-cookie-*', instead: 'drop it: this version has no sticky sessions' },
  { name: 'upstream-hash-by*', instead: 'drop it: this version chooses endpoints in turn' },
  {
    name: 'load-balance',
    instead: 'drop it: this version chooses endpoints in turn',
    harmless: ['round_robin'],
  },
  {
    name: 'upstream-vhost',
    instead: 'use fairlead.dev/pass-host-header: "false", which sends the address of the endpoint',
  },
  { name: 'enable-cors', instead: later },
  { name: 'cors-*', instead: later },
  { name: 'custom-headers', instead: 'use a Middleware with headers, named in fairlead.dev/middlewares' },
  { name: 'x-forwarded-prefix', instead: 'use a Middleware with headers, named in fairlead.dev/middlewares' },
  { name: 'permanent-redirect*', instead: later },
  { name: 'temporal-redirect*', instead: later },
  { name: 'server-alias', instead: 'use one more entry of spec.rules for each host' },
  { name: 'default-backend', instead: 'use spec.defaultBackend' },
  { name: 'custom-http-errors', instead: later },
  { name: 'mirror-*', instead: later },
  { name: 'configuration-snippet', instead: 'use Middlewares', guards: true },
  { name: 'server-snippet', instead: 'use Middlewares', guards: true },
  { name: 'enable-modsecurity', instead: later, guards: true },
  { name: 'enable-owasp-core-rules', instead: later, guards: true },
  { name: 'modsecurity-*', instead: later, guards: true },
];

interface Found {
  readonly name: string;
  readonly instead: string;
  readonly guards: boolean;
}

/**
 * Tells what annotations of ingress-nginx ask for, and what to use instead: once for those that an Ingress can be served
 * without, once for the others. Answers with the code where it must not be served.
 */
export function judgeForeignAnnotations(
  ingress: KubeObject,
  fragment: FragmentBuilder,
): DiagnosticCode | null {
  const found = Object.entries(fieldsOf(ingress.metadata.annotations))
    .flatMap(([name, value]) => (name.startsWith(prefix) ? foundIn(name.slice(prefix.length), value) : []))
    .toSorted((left, right) => byCodeUnit(left.name, right.name));
  const guards = found.filter((one) => one.guards);
  const others = found.filter((one) => !one.guards);
  const [guard] = guards;
  const [other] = others;
  if (other !== undefined) {
    const message = `annotations of ingress-nginx have no effect here: ${listed(others)}`;
    fragment.report(placeOf(others, other), 'FieldWithoutEffect', message, remedies(others));
  }
  if (guard === undefined) return null;
  const message = `annotations of ingress-nginx are not supported, and without these the Ingress would be more open than it was: ${listed(guards)}`;
  fragment.report(placeOf(guards, guard), 'NotSupported', message, remedies(guards));
  return 'NotSupported';
}

function foundIn(name: string, value: unknown): readonly Found[] {
  const text = textOf(value) ?? '';
  if (text === '' || text === 'false' || nginxUpstreamAnnotations.has(name)) return [];
  const entry = known.find((one) =>
    one.name.endsWith('*') ? name.startsWith(one.name.slice(0, -1)) : name === one.name,
  );
  if (entry?.harmless?.includes(text) === true) return [];
  return [{ name, instead: entry?.instead ?? '', guards: entry?.guards === true }];
}

/** The annotation itself where there is only one. */
function placeOf(found: readonly Found[], first: Found): string {
  return found.length === 1 ? annotationPath(`${prefix}${first.name}`) : 'metadata.annotations';
}

/** More than these are counted. */
const mostListed = 20;

function listed(found: readonly Found[]): string {
  const names = found.slice(0, mostListed).map(({ name }) => name.slice(0, 80));
  const more = found.length - names.length;
  return more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} more`;
}

function remedies(found: readonly Found[]): string {
  const groups = Map.groupBy(
    found.slice(0, mostListed).filter(({ instead }) => instead !== ''),
    ({ instead }) => instead,
  );
  const instead = [...groups].map(
    ([remedy, ones]) => `${ones.map(({ name }) => name).join(', ')}: ${remedy}`,
  );
  return instead.length === 0 ? 'Remove what is not needed any more.' : `${instead.join('; ')}.`;
}
