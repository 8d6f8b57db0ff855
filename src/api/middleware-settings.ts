import { diagnostic } from '../model/diagnostic.ts';
import type { Middleware } from '../model/middleware.ts';
import { type Decoded, decodeMiddleware, type UndecodedObject } from './decode.ts';
import { headersSettings } from './headers-settings.ts';
import type { MiddlewareSpec } from './middleware.ts';
import { isError, type Problem } from './schema-problem.ts';

/** Settings made of a spec, or what is wrong with its values. */
interface SettingsResult {
  /** Null where there is an error among the problems. */
  readonly settings: Middleware | null;
  readonly problems: readonly Problem[];
}

/** Decodes a Middleware to the settings that a proxy thread turns into a step. Never throws. */
export function readMiddleware(object: UndecodedObject): Decoded<Middleware> {
  const { value: spec, diagnostics } = decodeMiddleware(object);
  if (spec === null) return { value: null, diagnostics };
  const { settings, problems } = middlewareSettings(spec);
  const { apiVersion, kind, metadata } = object;
  const reference = { apiVersion, kind, namespace: metadata.namespace ?? '', name: metadata.name };
  const more = problems.map((one) => diagnostic(reference, one.path, one.code, one.message, one.hint));
  return { value: settings, diagnostics: [...diagnostics, ...more] };
}

/** The settings of a decoded spec. Values that fit the schema but make no sense are InvalidValue. */
export function middlewareSettings(spec: MiddlewareSpec): SettingsResult {
  const keys = Object.keys(spec);
  if (keys.length > 1) {
    return failed([{ path: 'spec', code: 'InvalidValue', message: `names several: ${keys.join(', ')}` }]);
  }
  if (spec.stripPrefix !== undefined) return stripPrefix(spec.stripPrefix);
  if (spec.addPrefix !== undefined) return addPrefix(spec.addPrefix.prefix);
  if (spec.headers !== undefined) return headersSettings(spec.headers);
  const [key = 'nothing'] = keys;
  const message = `is not supported: this version does not know the middleware "${key}" yet`;
  return failed([{ path: `spec.${key}`, code: 'NotSupported', message }]);
}

function stripPrefix(options: NonNullable<MiddlewareSpec['stripPrefix']>): SettingsResult {
  const prefixes = (options.prefixes ?? []).map((prefix) => prefix.trim());
  const problems = prefixes.flatMap((prefix, index) =>
    invisible.test(prefix)
      ? [invalid(`spec.stripPrefix.prefixes[${index}]`, 'must not hold control characters')]
      : [],
  );
  if (prefixes.length === 0) problems.push(invalid('spec.stripPrefix.prefixes', 'names no prefix to remove'));
  return problems.some(isError)
    ? failed(problems)
    : { settings: Object.freeze({ kind: 'stripPrefix', prefixes: Object.freeze(prefixes) }), problems };
}

function addPrefix(prefix: string): SettingsResult {
  const path = 'spec.addPrefix.prefix';
  if (!pathText.test(prefix)) {
    const hint = 'Write other characters as percent sequences, for example "%20" for a space.';
    return failed([{ ...invalid(path, 'holds characters that a path cannot have'), hint }]);
  }
  if (prefix.split('/').some((part) => part === '.' || part === '..')) {
    return failed([invalid(path, 'must not have "." or ".." between slashes')]);
  }
  return { settings: Object.freeze({ kind: 'addPrefix', prefix }), problems: [] };
}

const invisible = /\p{Cc}/u;

/** Characters of a path (RFC 3986 pchar and "/"). */
const pathText = /^\/([A-Za-z0-9/._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*$/;

function invalid(path: string, message: string): Problem {
  return { path, code: 'InvalidValue', message };
}

function failed(problems: readonly Problem[]): SettingsResult {
  return { settings: null, problems };
}
