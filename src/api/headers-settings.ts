import type { HeaderEdit, HeadersMiddleware } from '../model/middleware.ts';
import { joinPath, quote } from './field-path.ts';
import type { HeadersOptions } from './middleware-headers.ts';
import { isError, type Problem } from './schema-problem.ts';

/** Headers that frame a message or belong to one connection (RFC 9110 section 7.6.1): the proxy alone sets them. */
const framingHeaders: readonly string[] = Object.freeze([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Field names are tokens (RFC 9110 section 5.6.2). */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;

/** Field values are visible ASCII, space, tab and bytes above 127 (RFC 9110 section 5.5). */
const fieldValue = /^[\t -~\u0080-\u00ff]*$/;

/** A host, with or without port (RFC 9110 section 7.2). */
const hostValue = /^[A-Za-z0-9._~%!$&'()*+,;=:[\]-]{1,255}$/;

/** The settings of a headers middleware, or what is wrong with its values. */
export function headersSettings(options: HeadersOptions): {
  readonly settings: HeadersMiddleware | null;
  readonly problems: readonly Problem[];
} {
  const path = 'spec.headers';
  const request = customEdits(options.customRequestHeaders ?? {}, `${path}.customRequestHeaders`);
  const response = customEdits(options.customResponseHeaders ?? {}, `${path}.customResponseHeaders`);
  const secure = secureEdits(options, path);
  const problems = [
    ...request.problems,
    ...hostProblems(options.customRequestHeaders ?? {}, `${path}.customRequestHeaders`),
    ...response.problems,
    ...secure.problems,
  ];
  if (Object.keys(options).length === 0) {
    problems.push({ path, code: 'InvalidValue', message: 'names nothing to do' });
  }
  if (problems.some(isError)) return { settings: null, problems };
  const settings: HeadersMiddleware = Object.freeze({
    kind: 'headers',
    request: Object.freeze(request.edits),
    response: Object.freeze(overriding(secure.edits, response.edits)),
  });
  return { settings, problems };
}

interface Edits {
  readonly edits: readonly HeaderEdit[];
  readonly problems: readonly Problem[];
}

function customEdits(headers: Readonly<Record<string, string>>, path: string): Edits {
  const seen = new Set<string>();
  const problems: Problem[] = [];
  const edits: HeaderEdit[] = [];
  for (const [name, text] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    const value = text.trim();
    const wrong =
      nameProblem(name) ?? (seen.has(lower) ? 'another entry names the same header' : valueProblem(value));
    seen.add(lower);
    if (wrong !== null) problems.push({ path: joinPath(path, [name]), code: 'InvalidValue', message: wrong });
    else edits.push(Object.freeze({ name, value: value === '' ? null : value }));
  }
  return { edits, problems };
}

function nameProblem(name: string): string | null {
  if (!token.test(name)) return `${quote(name)} cannot be the name of a header`;
  return framingHeaders.includes(name.toLowerCase())
    ? `the header ${name} belongs to the connection and cannot be changed`
    : null;
}

function valueProblem(value: string): string | null {
  return fieldValue.test(value) ? null : 'has characters that the value of a header cannot have';
}

function hostProblems(headers: Readonly<Record<string, string>>, path: string): readonly Problem[] {
  return Object.entries(headers)
    .filter(([name, value]) => name.toLowerCase() === 'host' && !hostValue.test(value.trim()))
    .map(([name]) => ({
      path: joinPath(path, [name]),
      code: 'InvalidValue',
      message: 'the header Host needs a host as its value and cannot be removed',
    }));
}

/** The response headers that are set to one value whatever the request was. */
function secureEdits(options: HeadersOptions, path: string): Edits {
  const wanted: readonly (readonly [keyof HeadersOptions, string, string | undefined])[] = [
    options.customFrameOptionsValue
      ? ['customFrameOptionsValue', 'X-Frame-Options', options.customFrameOptionsValue]
      : ['frameDeny', 'X-Frame-Options', options.frameDeny ? 'DENY' : ''],
    ['contentTypeNosniff', 'X-Content-Type-Options', options.contentTypeNosniff ? 'nosniff' : ''],
    options.customBrowserXSSValue
      ? ['customBrowserXSSValue', 'X-XSS-Protection', options.customBrowserXSSValue]
      : ['browserXssFilter', 'X-XSS-Protection', options.browserXssFilter ? '1; mode=block' : ''],
    ['contentSecurityPolicy', 'Content-Security-Policy', options.contentSecurityPolicy],
    [
      'contentSecurityPolicyReportOnly',
      'Content-Security-Policy-Report-Only',
      options.contentSecurityPolicyReportOnly,
    ],
    ['referrerPolicy', 'Referrer-Policy', options.referrerPolicy],
    ['permissionsPolicy', 'Permissions-Policy', options.permissionsPolicy],
    ['stsSeconds', 'Strict-Transport-Security', transportSecurity(options)],
  ];
  const problems: Problem[] = [];
  const edits: HeaderEdit[] = [];
  for (const [field, name, text = ''] of wanted) {
    const value = text.trim();
    const wrong = valueProblem(value);
    if (wrong !== null) problems.push({ path: `${path}.${field}`, code: 'InvalidValue', message: wrong });
    else if (value !== '') edits.push(Object.freeze({ name, value }));
  }
  return { edits, problems };
}

/** The value of Strict-Transport-Security (RFC 6797 section 6.1) where it is sent in clear text too, else nothing. */
function transportSecurity(options: HeadersOptions): string {
  const seconds = options.stsSeconds ?? 0;
  if (seconds === 0 || options.forceSTSHeader !== true || options.isDevelopment === true) return '';
  const subdomains = options.stsIncludeSubdomains === true ? '; includeSubDomains' : '';
  return `max-age=${seconds}${subdomains}${options.stsPreload === true ? '; preload' : ''}`;
}

/** `first` and then `later`, without those of `first` that `later` overrides. */
function overriding(first: readonly HeaderEdit[], later: readonly HeaderEdit[]): readonly HeaderEdit[] {
  const names = new Set(later.map(({ name }) => name.toLowerCase()));
  return [...first.filter(({ name }) => !names.has(name.toLowerCase())), ...later];
}
