import type { Protocol } from '../model/outcome.ts';
import { HeaderLines } from './header-lines.ts';

/** How a message's body ends. One decision per message; nothing later looks at header lines for it. */
export const framing = {
  none: 0,
  /** After `length` bytes. */
  length: 1,
  /** With the last chunk. */
  chunked: 2,
  /** With the connection; answers only (RFC 9112 section 6.3). */
  close: 3,
} as const;

/** A request head that can be read and edited without being taken apart. Codecs fill it; it is reused between requests. */
export class RequestHead {
  protocol: Protocol = 'http/1.1';
  method = '';
  /** As sent. */
  target = '';
  /** Path and query to forward, or `*`. */
  path = '/';
  /** What `path` reads as for rules: see `routingPath`. */
  routingPath = '/';
  /** The authority to forward as Host; empty where an HTTP/1.0 request named none. */
  host = '';
  /** What rules compare with: see `normaliseHost`. */
  routingHost = '';
  /** A middleware's Host to forward instead of `host`; empty where there is none. */
  hostOverride = '';
  /** True where start line or Host must be written anew because they differ from what came. */
  edited = false;
  framing = 0;
  /** Of the body in bytes; meaningful for `framing.length` only. */
  length = 0;
  /** The client waits for 100 (Continue) before it sends the body. */
  expectsContinue = false;
  /** The request asks for a WebSocket, and may become a tunnel (RFC 6455 section 4.1). */
  isWebSocket = false;
  /** Index of the User-Agent line, or -1. */
  userAgentLine = -1;
  /** There are lines that only a proxy writes, such as `X-Forwarded-For`. */
  isForwarded = false;
  /** How often the request has come through a proxy like this one already, as far as its lines tell. */
  hops = 0;
  readonly lines = new HeaderLines();

  userAgent(): string {
    return this.userAgentLine === -1 ? '' : this.lines.value(this.userAgentLine);
  }
}

/** True where body bytes follow the head. */
export function hasBody(head: RequestHead): boolean {
  return head.framing === framing.chunked || head.length > 0;
}
