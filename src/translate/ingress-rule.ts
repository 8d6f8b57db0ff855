import type { Rule } from '../model/rule.ts';
import { isHostName } from '../routing/host.ts';

/** A rule, or what is wrong with the field that it was to be made of. */
export type IngressRuleResult =
  | { readonly ok: true; readonly rule: Rule }
  | { readonly ok: false; readonly message: string; readonly hint?: string };

/** Longest path that is taken; longer ones are no paths but attempts to cost memory. */
const maxPathLength = 8192;

/**
 * The rule of a host of an Ingress (Kubernetes IngressRule `host`): a name, `*.` and a name for exactly one label more, or
 * nothing for any host.
 */
export function hostRule(host: string): IngressRuleResult {
  if (host === '') return { ok: true, rule: { kind: 'and', rules: [] } };
  const lower = host.toLowerCase();
  const name = lower.startsWith('*.') ? lower.slice(2) : lower;
  if (!isHostName(name)) {
    return {
      ok: false,
      message: 'the host is neither a host name nor "*." and a host name',
      hint: 'Write a name such as example.com or *.example.com, without scheme and port.',
    };
  }
  return { ok: true, rule: { kind: 'host', host: lower } };
}

/**
 * The rule of a path of an Ingress (Kubernetes HTTPIngressPath): Exact compares the whole path; Prefix takes whole elements
 * and does not mind a slash at its end; ImplementationSpecific is a Prefix here.
 */
export function pathRule(path: string, pathType: unknown): IngressRuleResult {
  if (pathType !== 'Exact' && pathType !== 'Prefix' && pathType !== 'ImplementationSpecific') {
    return { ok: false, message: 'the type of the path must be Exact, Prefix or ImplementationSpecific' };
  }
  if (path === '' && pathType === 'ImplementationSpecific') return prefixRule('/');
  if (!path.startsWith('/')) return { ok: false, message: 'the path must start with "/"' };
  if (path.length > maxPathLength) {
    return { ok: false, message: `the path is longer than ${maxPathLength} characters` };
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
  if (/[\u0000-\u001f\u007f]/.test(path)) return { ok: false, message: 'the path holds a control character' };
  return pathType === 'Exact' ? { ok: true, rule: { kind: 'path', path } } : prefixRule(path);
}

function prefixRule(path: string): IngressRuleResult {
  const prefix = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  return { ok: true, rule: { kind: 'pathPrefix', prefix, elements: true } };
}

/** Both must hold. */
export function both(host: Rule, path: Rule): Rule {
  return host.kind === 'and' ? path : { kind: 'and', rules: [host, path] };
}
