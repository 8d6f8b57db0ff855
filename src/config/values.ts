import { isIP } from 'node:net';
import type { ListenAddress } from '../model/settings.ts';

/** A value read from text, or one sentence that says what is wrong with the text. */
export type Parsed<Value> = { readonly value: Value } | { readonly problem: string };

/** Names of entry points and of namespaces (RFC 1123 label). */
export const namePattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** `HOST:PORT`, `:PORT` or `[IPV6]:PORT`; an empty host means every address. */
export function parseListenAddress(text: string): Parsed<ListenAddress> {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  if (match === null) return { problem: `expected HOST:PORT or :PORT, got ${quote(text)}` };
  const [, bracketed, plain = '', digits = ''] = match;
  const port = Number(digits);
  if (port > 65_535) return { problem: `a port is a number from 0 to 65535, got ${digits}` };
  if (bracketed !== undefined && bracketed !== '' && isIP(bracketed) !== 6) {
    return { problem: `${quote(bracketed)} in brackets is not an IPv6 address` };
  }
  return { value: { host: bracketed ?? plain, port } };
}

/** A whole number within a range, both ends included. */
export function parseInteger(text: string, least: number, most: number): Parsed<number> {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return { value };
  return { problem: `expected a whole number from ${least} to ${most}, got ${quote(text)}` };
}

/** One of a closed list of words. */
export function parseWord<Word extends string>(text: string, words: readonly Word[]): Parsed<Word> {
  const value = words.find((word) => word === text);
  if (value !== undefined) return { value };
  return { problem: `expected ${words.join(', ')}, got ${quote(text)}` };
}

/** `ADDRESS` or `ADDRESS/BITS`, IPv4 or IPv6. */
export function parseCidr(text: string): Parsed<string> {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  if (version !== 0 && fits && rest.length === 0) return { value: text };
  return { problem: `expected an address or a CIDR block such as 10.0.0.0/8, got ${quote(text)}` };
}

/** Name of a Kubernetes object (RFC 1123 subdomain). */
const objectNamePattern = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** The name of an object that is not in a namespace, such as an IngressClass. */
export function parseObjectName(text: string): Parsed<string> {
  if (objectNamePattern.test(text)) return { value: text };
  return { problem: `${quote(text)} cannot be the name of a Kubernetes object` };
}

/** An IP address or a host name: what `status.loadBalancer` of an Ingress takes. */
export function parseAddress(text: string): Parsed<string> {
  if (isIP(text) !== 0 || objectNamePattern.test(text)) return { value: text };
  return { problem: `expected an IP address or a host name in lower case, got ${quote(text)}` };
}

/** `NAMESPACE/NAME` of a Kubernetes object. */
export function parseQualifiedName(text: string): Parsed<string> {
  const [namespace = '', name = '', ...rest] = text.split('/');
  if (rest.length === 0 && namePattern.test(namespace) && objectNamePattern.test(name))
    return { value: text };
  return { problem: `expected NAMESPACE/NAME, got ${quote(text)}` };
}

/** The name of a namespace (RFC 1123 label). */
export function parseNamespace(text: string): Parsed<string> {
  if (namePattern.test(text)) return { value: text };
  return { problem: `${quote(text)} cannot be the name of a namespace` };
}

/** Text that is neither empty nor has control characters in it. */
export function parseText(text: string): Parsed<string> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (text !== '' && !/[\u0000-\u001f\u007f]/.test(text)) return { value: text };
  return { problem: `expected some text without control characters, got ${quote(text)}` };
}

/** Quotes user input for a message: control characters escaped, long text cut. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}…` : text);
}
