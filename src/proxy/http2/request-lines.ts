import type { Exchange } from '../exchange.ts';
import { lineKind } from '../header-lines.ts';
import { encodeLines } from './hpack/encode-lines.ts';
import type { Outbox } from './outbox.ts';
import type { Stream } from './stream.ts';

/** Room for the names of pseudo headers and for what HTTP/1 does not say in its lines. */
const extraCharacters = 96;

/**
 * Sends the head of a request to an upstream (RFC 9113 section 8.3.1): as many pseudo headers as there must be, one of them in place
 * of Host, and no line of another hop.
 */
export function sendRequestLines(outbox: Outbox, stream: Stream, exchange: Exchange, scheme: string): void {
  const { request } = exchange;
  const { lines } = request;
  const authority = authorityOf(exchange);
  const characters = lines.text.length + lines.own.length + request.path.length + authority.length;
  let at = outbox.beginBlock(characters + request.method.length + extraCharacters);
  const { encoder, output } = outbox;
  const { bytes } = output;
  at = encoder.header(':method', request.method, bytes, at);
  at = encoder.header(':scheme', scheme, bytes, at);
  at = encoder.header(':authority', authority, bytes, at);
  at = encoder.header(':path', request.path, bytes, at);
  at = encodeLines(lines, encoder, bytes, at, lineKind.host);
  // Whoever speaks gRPC tells by it that trailers get through.
  if (takesTrailers(exchange)) at = encoder.header('te', 'trailers', bytes, at);
  outbox.endBlock(stream, at, false);
}

/** What HTTP/1 would name in its Host line. */
function authorityOf({ request, endpoint, passHostHeader }: Exchange): string {
  const endpointName = endpoint === null ? '' : endpoint.name;
  const host = passHostHeader ? request.host : endpointName;
  return request.hostOverride !== '' ? request.hostOverride : host || endpointName;
}

function takesTrailers({ request: { lines } }: Exchange): boolean {
  for (let index = 0; index < lines.count; index++) {
    if (lines.kinds[index] !== lineKind.hopByHop) continue;
    if (lines.name(index).toLowerCase() !== 'te') continue;
    if (/(?:^|,)[ \t]*trailers[ \t]*(?:,|$)/i.test(lines.value(index))) return true;
  }
  return false;
}
