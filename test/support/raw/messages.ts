/** One HTTP/1.1 message as the strictest reader sees it. */
export interface RawMessage {
  /** Start line and header lines with their CRLF, without the empty line. */
  readonly head: string;
  readonly startLine: string;
  /** Name as written and value, in order. */
  readonly headers: readonly (readonly [string, string])[];
  /** Decoded. */
  readonly body: string;
  /** All bytes of the message. */
  readonly raw: string;
}

/** Whole messages, what is left over, and the first thing that no careful peer would send. */
export interface Split {
  readonly messages: readonly RawMessage[];
  readonly rest: string;
  readonly fault: string | null;
}

/**
 * Splits a stream into messages, knowing one spelling of everything only: one Host in requests, one of `Content-Length: N` and
 * `Transfer-Encoding: chunked`, chunks without extensions and trailers. Independent of the proxy's parsers on purpose: it judges
 * what they let through.
 */
export function splitMessages(
  stream: string,
  bodyless: (message: RawMessage) => boolean = () => false,
): Split {
  const messages: RawMessage[] = [];
  let rest = stream;
  while (rest !== '') {
    const headEnd = rest.indexOf('\r\n\r\n');
    if (headEnd === -1) break;
    const head = rest.slice(0, headEnd + 2);
    const fault = headFault(head);
    if (fault !== null) return { messages, rest, fault: `${fault} in ${JSON.stringify(head)}` };
    const message = { ...readHead(head), body: '', raw: '' };
    const body = bodyless(message)
      ? { body: '', length: 0 }
      : readBody(message.headers, rest.slice(headEnd + 4));
    if (typeof body === 'string') return { messages, rest, fault: body };
    if (body === null) break;
    const length = headEnd + 4 + body.length;
    messages.push({ ...message, body: body.body, raw: rest.slice(0, length) });
    rest = rest.slice(length);
  }
  return { messages, rest, fault: null };
}

/** The first value of a header, by name without regard to case. */
export function headerOf(message: RawMessage, name: string): string | undefined {
  return message.headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

function readHead(head: string) {
  const [startLine = '', ...lines] = head.slice(0, -2).split('\r\n');
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(': ');
    return colon === -1 ? [line.replace(/:$/, ''), ''] : [line.slice(0, colon), line.slice(colon + 2)];
  });
  return { head, startLine, headers };
}

function headFault(head: string): string | null {
  for (const line of head.slice(0, -2).split('\r\n').slice(1)) {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*$/.test(line)) {
      return `odd line ${JSON.stringify(line)}`;
    }
  }
  const lower = head.toLowerCase().replaceAll('_', '-');
  const isRequest = !lower.startsWith('http/');
  const count = (name: string): number => lower.split(`\r\n${name}`).length - 1;
  if (isRequest && !/^[^ \r\n]+ [^ \r\n]+ HTTP\/1\.1\r\n/.test(head)) return 'odd request line';
  if (isRequest && count('host:') !== 1) return `${count('host:')} Host lines`;
  if (count('content-length:') + count('transfer-encoding:') > 1) return 'two framings';
  if (count('content-length:') === 1 && !/\r\ncontent-length: (0|[1-9]\d*)\r\n/.test(lower))
    return 'odd length';
  if (count('transfer-encoding:') === 1 && !head.includes('\r\nTransfer-Encoding: chunked\r\n')) {
    return 'odd transfer coding';
  }
  return null;
}

type Body = { readonly body: string; readonly length: number };

/** Null where it is not complete, text where it is at fault. */
function readBody(headers: RawMessage['headers'], bytes: string): Body | string | null {
  const named = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
  const length = named('content-length');
  if (length !== undefined) {
    const count = Number(length);
    return bytes.length < count ? null : { body: bytes.slice(0, count), length: count };
  }
  if (named('transfer-encoding') === undefined) return { body: '', length: 0 };
  let body = '';
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) return null;
    const line = bytes.slice(at, lineEnd);
    if (!/^(0|[1-9a-f][0-9a-f]*)$/.test(line)) return `odd chunk size ${JSON.stringify(line)}`;
    const size = Number.parseInt(line, 16);
    const end = lineEnd + 2 + size;
    if (bytes.length < end + 2) return null;
    if (bytes.slice(end, end + 2) !== '\r\n') return 'chunk without its end';
    if (size === 0) return { body, length: end + 2 };
    body += bytes.slice(lineEnd + 2, end);
    at = end + 2;
  }
}
