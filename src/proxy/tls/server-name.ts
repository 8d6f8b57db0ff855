const label = /^[a-z0-9_-]{1,63}$/;
const mostLength = 253;

/**
 * The host that a client names in its ClientHello, in lower case and without a last dot, so that no spelling of a name escapes the
 * settings of the name. Null for what can be no name of a host: an empty one, one with a port, a zero byte or a space.
 */
export function hostOfServerName(name: string): string | null {
  const lower = name.toLowerCase();
  const host = lower.endsWith('.') ? lower.slice(0, -1) : lower;
  if (host.length === 0 || host.length > mostLength) return null;
  for (const part of host.split('.')) if (!label.test(part)) return null;
  return host;
}
