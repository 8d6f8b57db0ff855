import type { Exchange } from '../exchange.ts';
import { lineKind } from '../header-lines.ts';
import { framing } from '../request-head.ts';
import type { ResponseHead } from '../response-head.ts';

/** Asks for, and agrees to, a WebSocket (RFC 6455 section 4); the peer's own lines of these names are never sent on. */
const upgradeLines = 'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

/**
 * The request head as it goes upstream, framed by us: exactly one Host, exactly one of Content-Length or our own chunking, no
 * line of another hop. Where nothing was changed, the start line and all lines that pass are copied in runs.
 */
export function requestHeadText(exchange: Exchange): string {
  const { request } = exchange;
  const { lines } = request;
  let tail = '\r\n';
  if (request.framing === framing.chunked) tail = 'Transfer-Encoding: chunked\r\n\r\n';
  else if (request.isWebSocket) tail = upgradeLines;
  if (!request.edited && exchange.passHostHeader) return lines.render(0) + tail;
  for (let index = 0; index < lines.count; index++) {
    if (lines.kinds[index] === lineKind.host) lines.kinds[index] = lineKind.removed;
  }
  // A client of HTTP/1.0 may name no host, and passHostHeader false asks for the endpoint's own.
  const endpointName = exchange.endpoint === null ? '' : exchange.endpoint.name;
  const ownHost = exchange.passHostHeader ? request.host : endpointName;
  const host = request.hostOverride !== '' ? request.hostOverride : ownHost || endpointName;
  return `${request.method} ${request.path} HTTP/1.1\r\nHost: ${host}\r\n${lines.render(lines.starts[0] ?? 0)}${tail}`;
}

/** The head of an answer without the empty line and without what only the client's connection knows. */
export function responseHeadText(head: ResponseHead): string {
  const { lines } = head;
  if (head.startLineFits) return lines.render(0);
  return `HTTP/1.1 ${head.status} ${head.reasonPhrase()}\r\n${lines.render(lines.starts[0] ?? 0)}`;
}

/** The head of a 101 that opens a tunnel, whole. */
export function switchingHeadText(head: ResponseHead): string {
  return responseHeadText(head) + upgradeLines;
}
