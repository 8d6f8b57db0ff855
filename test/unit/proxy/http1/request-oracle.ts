/** What a careful but slow reader makes of a request head. */
export type OracleResult =
  | { readonly kind: 'refused' }
  | { readonly kind: 'incomplete' }
  | {
      readonly kind: 'head';
      readonly length: number;
      readonly method: string;
      readonly target: string;
      readonly framing: string;
      readonly names: readonly string[];
    };

const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";

/**
 * The grammar of RFC 9112 as a few regular expressions over the whole head, for origin-form targets of plain characters. Shares
 * nothing with the reader that it judges. Meant for heads that are complete: an incomplete one may be refused early.
 */
export function readByOracle(text: string): OracleResult {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return { kind: 'incomplete' };
  const [startLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const start = new RegExp(`^(${token}) (/[\\w/.?=&-]*) HTTP/1\\.([01])$`).exec(startLine);
  if (start === null) return { kind: 'refused' };
  const [, method = '', target = '', minor = ''] = start;
  const path = target.replace(/\?.*/, '');
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) return { kind: 'refused' };
  if (method === 'CONNECT' || method === 'TRACE' || method.length > 64) return { kind: 'refused' };
  const fields: [string, string][] = [];
  for (const line of lines) {
    const field = new RegExp(`^(${token}):[ \\t]*([\\t\\x20-\\x7e\\x80-\\xff]*?)[ \\t]*$`).exec(line);
    if (field === null) return { kind: 'refused' };
    fields.push([(field[1] ?? '').toLowerCase(), field[2] ?? '']);
  }
  const all = (name: string) => fields.filter(([key]) => key === name).map(([, value]) => value);
  const hosts = all('host');
  if (hosts.length > 1 || (hosts.length === 0 && minor === '1')) return { kind: 'refused' };
  if (hosts.length === 1 && !/^[a-z0-9]+(\.[a-z0-9]+)*(:[1-9]\d{0,3})?$/i.test(hosts[0] ?? ''))
    return { kind: 'refused' };
  const framing = framingOf(all('content-length'), all('transfer-encoding'), minor);
  if (framing === null) return { kind: 'refused' };
  return { kind: 'head', length: end + 4, method, target, framing, names: fields.map(([name]) => name) };
}

function framingOf(lengths: readonly string[], encodings: readonly string[], minor: string): string | null {
  if (lengths.length + encodings.length > 1) return null;
  const [length] = lengths;
  if (length !== undefined) return /^(0|[1-9]\d{0,14})$/.test(length) ? `length ${length}` : null;
  const [encoding] = encodings;
  if (encoding === undefined) return 'none';
  return encoding.toLowerCase() === 'chunked' && minor === '1' ? 'chunked' : null;
}
