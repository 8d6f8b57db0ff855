import { isIP } from 'node:net';

// The rules for names and addresses that several kinds share, with the words of Kubernetes
// (k8s.io/apimachinery/pkg/util/validation). Each returns what is wrong, nothing if all is well.

const labelPattern = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomainPattern = `${labelPattern}(\\.${labelPattern})*`;
const label = new RegExp(`^${labelPattern}$`);
const subdomain = new RegExp(`^${subdomainPattern}$`);
const wildcard = new RegExp(`^\\*\\.${subdomainPattern}$`);
const configKey = /^[-._a-zA-Z0-9]+$/;
const qualifiedName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

const tooLong = (limit: number) => `must be no more than ${limit} characters`;

/** RFC 1123 label: `web-1`. At most 63 characters. */
export function labelProblems(value: string): string[] {
  const problems = value.length > 63 ? [tooLong(63)] : [];
  if (label.test(value)) return problems;
  const rule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start";
  const example = "(e.g. 'my-name',  or '123-abc', regex used for validation is";
  return [...problems, `${rule} and end with an alphanumeric character ${example} '${labelPattern}')`];
}

/** RFC 1123 subdomain: `a.example.com`. At most 253 characters. */
export function subdomainProblems(value: string): string[] {
  const problems = value.length > 253 ? [tooLong(253)] : [];
  if (subdomain.test(value)) return problems;
  const rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start";
  const example = "(e.g. 'example.com', regex used for validation is";
  return [...problems, `${rule} and end with an alphanumeric character ${example} '${subdomainPattern}')`];
}

/** A star for the first label: `*.example.com`. */
export function wildcardProblems(value: string): string[] {
  const problems = value.length > 253 ? [tooLong(253)] : [];
  if (wildcard.test(value)) return problems;
  const rule =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must";
  const letters =
    "consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  const example = `(e.g. '*.example.com', regex used for validation is '\\*\\.${subdomainPattern}')`;
  return [...problems, `${rule} ${letters} ${example}`];
}

/** The name of a port in the sense of IANA: `http`. At most 15 characters. */
export function portNameProblems(value: string): string[] {
  const problems: string[] = [];
  if (value.length > 15) problems.push(tooLong(15));
  if (!/^[-a-z0-9]+$/.test(value)) {
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(value)) problems.push('must contain at least one letter (a-z)');
  if (value.includes('--')) problems.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}

/** 1 to 65535. */
export function portNumberProblems(value: number): string[] {
  return value >= 1 && value <= 65_535 ? [] : ['must be between 1 and 65535, inclusive'];
}

/** A key of a ConfigMap or Secret. At most 253 characters. */
export function configKeyProblems(value: string): string[] {
  const problems = value.length > 253 ? [tooLong(253)] : [];
  if (!configKey.test(value)) {
    const rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    const example =
      "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
    return [...problems, `${rule} ${example}`];
  }
  if (value === '.') return [...problems, "must not be '.'"];
  if (value === '..') return [...problems, "must not be '..'"];
  if (value.startsWith('..')) return [...problems, "must not start with '..'"];
  return problems;
}

/** An optional DNS prefix and a name: `example.com/my.name`. */
export function qualifiedNameProblems(value: string): string[] {
  const parts = value.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2) {
    const rule =
      "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end";
    const example = "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is";
    const pattern = "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    const optional = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
    return [`${rule} with an alphanumeric character ${example} ${pattern} ${optional}`];
  }
  return [...prefixProblems(parts), ...namePartProblems(name)];
}

function prefixProblems(parts: readonly string[]): string[] {
  const [prefix = ''] = parts;
  if (parts.length !== 2) return [];
  return prefix === ''
    ? ['prefix part must be non-empty']
    : subdomainProblems(prefix).map((text) => `prefix part ${text}`);
}

function namePartProblems(name: string): string[] {
  const problems: string[] = [];
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push(`name part ${tooLong(63)}`);
  if (!qualifiedName.test(name)) {
    const rule =
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an";
    const example = "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is";
    problems.push(`${rule} alphanumeric character ${example} '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`);
  }
  return problems;
}

/** IPv4 or IPv6, without leading zeros, zone or IPv4 in IPv6. */
export function addressProblems(value: string): string[] {
  if (/^\d+(\.\d+){3}$/.test(value) && /(^|\.)0\d/.test(value)) return ['must not have leading 0s'];
  const valid = isIP(value) !== 0 && !value.includes('%');
  return valid ? [] : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
}
