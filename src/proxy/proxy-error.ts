import type { RefusalReason } from '../model/outcome.ts';

/** Whose doing a failure is. */
export type Side = 'client' | 'upstream' | 'ours';

/**
 * Why a request cannot be answered by its upstream. A plain value, not a thrown Error: failures are daily business here and
 * a stack costs more than a request. `respond.ts` is the only place that turns one into an answer.
 */
export interface ProxyError {
  readonly code: RefusalReason;
  readonly side: Side;
  /** True where the upstream has certainly not begun the request, so that another endpoint may be tried. */
  readonly retryable: boolean;
  /** One sentence that is safe to show to the client. */
  readonly message: string;
}

function error(code: RefusalReason, side: Side, message: string, retryable = false): ProxyError {
  return Object.freeze({ code, side, retryable, message });
}

/** Every failure that there is, by name. */
export const failures = Object.freeze({
  badRequestLine: error('BadRequest', 'client', 'The request line is malformed.'),
  badTarget: error('BadRequest', 'client', 'The request target is malformed.'),
  badScheme: error('BadRequest', 'client', 'The scheme is not that of this connection.'),
  badPath: error('BadRequest', 'client', 'The path holds dot segments or bytes that are not allowed.'),
  ambiguousPath: error('AmbiguousPath', 'client', 'The path can be read in more than one way.'),
  badLine: error('BadRequest', 'client', 'A header line is malformed.'),
  badHost: error('BadRequest', 'client', 'The Host header is missing, repeated or malformed.'),
  badVersion: error('HttpVersionNotSupported', 'client', 'Only HTTP/1.0 and HTTP/1.1 are spoken here.'),
  badLength: error('AmbiguousFraming', 'client', 'Content-Length must be one plain decimal number.'),
  badEncoding: error('AmbiguousFraming', 'client', 'Transfer-Encoding must be exactly "chunked".'),
  twoFramings: error(
    'AmbiguousFraming',
    'client',
    'Content-Length and Transfer-Encoding exclude each other.',
  ),
  oldChunked: error('AmbiguousFraming', 'client', 'HTTP/1.0 has no Transfer-Encoding.'),
  badChunk: error('AmbiguousFraming', 'client', 'The chunked body is malformed.'),
  targetTooLong: error('TargetTooLong', 'client', 'The request target is too long.'),
  badExpectation: error('ExpectationFailed', 'client', 'The only expectation understood is 100-continue.'),
  headTooLarge: error('HeadTooLarge', 'client', 'The request head is too large.'),
  headTooSlow: error('RequestTimeout', 'client', 'The request head took too long.'),
  bodyTooSlow: error('RequestTimeout', 'client', 'The request body took too long.'),
  methodNotAllowed: error('MethodNotAllowed', 'client', 'This method is not forwarded.'),
  unknownProtocol: error(
    'NotImplemented',
    'client',
    'The only protocol of an extended CONNECT is websocket.',
  ),
  clientGone: error('ClientClosed', 'client', 'The client closed the connection.'),
  loop: error('LoopDetected', 'ours', 'The request has come through here too often.'),
  misdirected: error('MisdirectedRequest', 'client', 'This connection was not made for this host.'),
  noRoute: error('NoRoute', 'client', 'No route matches this request.'),
  routeBroken: error('RouteBroken', 'ours', 'The route refers to something that cannot be used.'),
  internal: error('InternalError', 'ours', 'Something went wrong here.'),
  starting: error('Starting', 'ours', 'This proxy has not got its routes yet.'),
  draining: error('Draining', 'ours', 'This proxy is shutting down.'),
  overloaded: error('Overloaded', 'ours', 'This proxy has more to do than it can. Try again soon.'),
  noEndpoints: error('NoEndpoints', 'upstream', 'No endpoint is ready for this route.'),
  connectFailed: error('UpstreamConnectFailed', 'upstream', 'The upstream could not be reached.', true),
  connectTimeout: error('UpstreamConnectFailed', 'upstream', 'The upstream took too long to accept.', true),
  tlsFailed: error('UpstreamTlsFailed', 'upstream', 'The upstream could not be reached over TLS.', true),
  tlsTimeout: error('UpstreamTlsFailed', 'upstream', 'The upstream took too long to agree on TLS.', true),
  tlsRefused: error('UpstreamTlsFailed', 'upstream', 'The upstream ended the connection over TLS.'),
  upstreamReset: error('UpstreamReset', 'upstream', 'The upstream closed the connection too early.'),
  streamRefused: error(
    'UpstreamReset',
    'upstream',
    'The upstream refused the request before it looked at it.',
    true,
  ),
  refusedLate: error(
    'UpstreamReset',
    'upstream',
    'The upstream refused the request when too much of its body was sent to send it again.',
  ),
  badResponse: error('UpstreamBadResponse', 'upstream', 'The upstream sent something that is not HTTP.'),
  requestTimeout: error('UpstreamTimeout', 'upstream', 'The request took longer than its route allows.'),
  backendRequestTimeout: error(
    'UpstreamTimeout',
    'upstream',
    'The upstream took longer than the route allows.',
  ),
  upstreamTimeout: error('UpstreamTimeout', 'upstream', 'The upstream took too long to answer.'),
});
