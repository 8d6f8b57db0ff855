import { isIPv6 } from 'node:net';
import { normaliseHost } from '../../routing/host.ts';
import { requestPath } from '../../routing/request-path.ts';
import { lineKind } from '../header-lines.ts';
import { failures, type ProxyError } from '../proxy-error.ts';
import { framing, hasBody } from '../request-head.ts';
import { withoutQuery } from '../without-query.ts';
import { cutNamedByConnection, hasToken } from './connection-options.ts';
import { decimalLength, isChunked, restate } from './framing-values.ts';
import type { Http1RequestHead } from './heads.ts';

/**
 * Decides once what a request means: where it goes, how its body ends, whether the connection lasts. Anything doubtful is
 * refused. Returns null where all is well.
 */
export function judgeRequest(head: Http1RequestHead): ProxyError | null {
  const seen = surveyLines(head);
  if (seen.fault !== null) return seen.fault;
  const framingFault = decideFraming(head, seen);
  if (framingFault !== null) return framingFault;
  head.keepAlive = head.minor === 1;
  head.isWebSocket = false;
  if (seen.connectionLines > 0) decideConnection(head, seen.upgrade);
  const targetFault = decideTarget(head, seen.host);
  return targetFault === null && seen.expectsMore ? failures.badExpectation : targetFault;
}

interface Survey {
  fault: ProxyError | null;
  host: number;
  length: number;
  encoding: number;
  connectionLines: number;
  /** -1 where there is none, -2 where there are several. */
  upgrade: number;
  /** An expectation that nobody here can meet. */
  expectsMore: boolean;
}

function surveyLines(head: Http1RequestHead): Survey {
  const { kinds, count } = head.lines;
  const seen: Survey = {
    fault: null,
    host: -1,
    length: -1,
    encoding: -1,
    connectionLines: 0,
    upgrade: -1,
    expectsMore: false,
  };
  head.userAgentLine = -1;
  head.expectsContinue = false;
  head.isForwarded = false;
  for (let index = 0; index < count; index++) {
    switch (kinds[index]) {
      case lineKind.other:
        break;
      case lineKind.host:
        if (seen.host !== -1) seen.fault = failures.badHost;
        seen.host = index;
        break;
      case lineKind.userAgent:
        head.userAgentLine = index;
        break;
      case lineKind.contentLength:
        if (seen.length !== -1) seen.fault = failures.badLength;
        seen.length = index;
        break;
      case lineKind.transferEncoding:
        if (seen.encoding !== -1) seen.fault = failures.badEncoding;
        seen.encoding = index;
        break;
      case lineKind.connection:
        seen.connectionLines++;
        break;
      case lineKind.upgrade:
        seen.upgrade = seen.upgrade === -1 ? index : -2;
        break;
      case lineKind.managed:
        head.isForwarded = true;
        break;
      case lineKind.expect:
        // HTTP/1.0 has no expectations (RFC 9110 section 10.1.1). One that nobody here can meet must not look as if it had been.
        if (head.minor === 0) break;
        if (head.expectsContinue || head.lines.value(index).toLowerCase() !== '100-continue') {
          seen.expectsMore = true;
        }
        head.expectsContinue = true;
        break;
    }
  }
  return seen;
}

function decideFraming(head: Http1RequestHead, seen: Survey): ProxyError | null {
  head.framing = framing.none;
  head.length = 0;
  if (seen.encoding !== -1) {
    if (seen.length !== -1) return failures.twoFramings;
    if (head.minor === 0) return failures.oldChunked;
    if (!isChunked(head.lines.value(seen.encoding))) return failures.badEncoding;
    head.framing = framing.chunked;
    return null;
  }
  if (seen.length === -1) return null;
  const length = decimalLength(head.lines.value(seen.length));
  if (length === -1) return failures.badLength;
  head.framing = framing.length;
  head.length = length;
  restate(head.lines, seen.length, length);
  return null;
}

function decideConnection(head: Http1RequestHead, upgradeLine: number): void {
  const { lines } = head;
  for (let index = 0; index < lines.count; index++) {
    if (lines.kinds[index] !== lineKind.connection) continue;
    const value = lines.value(index).toLowerCase();
    if (head.minor === 0 && hasToken(value, 'keep-alive')) head.keepAlive = true;
    cutNamedByConnection(lines, value);
  }
  for (let index = 0; index < lines.count; index++) {
    if (lines.kinds[index] !== lineKind.connection) continue;
    const value = lines.value(index).toLowerCase();
    if (hasToken(value, 'close')) head.keepAlive = false;
    if (upgradeLine >= 0 && hasToken(value, 'upgrade')) head.isWebSocket = mayUpgrade(head, upgradeLine);
  }
}

/**
 * The one upgrade that there is: `websocket` alone, by GET, without a body, over HTTP/1.1 (RFC 6455 section 4.1, RFC 9110
 * section 7.8). Every other is left out, and its request forwarded as if it had not been there: whoever guesses what an
 * upgrade means lets bytes pass that nobody has looked at.
 */
function mayUpgrade(head: Http1RequestHead, upgradeLine: number): boolean {
  if (head.minor === 0 || head.method !== 'GET' || hasBody(head)) return false;
  return head.lines.value(upgradeLine).toLowerCase() === 'websocket';
}

/** Origin-form, absolute-form and `OPTIONS *` (RFC 9112 section 3.2); CONNECT and TRACE are left to the refusal of the method. */
function decideTarget(head: Http1RequestHead, hostLine: number): ProxyError | null {
  const { target } = head;
  if (head.method === 'CONNECT' || head.method === 'TRACE') return failures.methodNotAllowed;
  if (hostLine === -1 && head.minor === 1) return failures.badHost;
  let host = hostLine === -1 ? '' : head.lines.value(hostLine);
  head.hostOverride = '';
  head.edited = head.minor === 0 || (hostLine !== -1 && !head.lines.isCanonical(hostLine));
  if (target.charCodeAt(0) === 0x2f) {
    head.path = target;
  } else if (target === '*') {
    if (head.method !== 'OPTIONS') return failures.badTarget;
    head.path = target;
  } else {
    const absolute = /^https?:\/\/([^/?]+)(.*)$/i.exec(target);
    if (absolute === null) return failures.badTarget;
    // The target's authority replaces the Host line (RFC 9112 section 3.2.2), which still has to be a host.
    if (hostLine !== -1 && hostName(host) === '') return failures.badHost;
    host = absolute[1] ?? '';
    head.path = absolutePath(head.method, absolute[2] ?? '');
    head.edited = true;
  }
  return decideHost(head, host, hostLine !== -1) ?? decidePath(head);
}

function absolutePath(method: string, rest: string): string {
  if (rest === '') return method === 'OPTIONS' ? '*' : '/';
  return rest.startsWith('?') ? `/${rest}` : rest;
}

function decideHost(head: Http1RequestHead, host: string, hasLine: boolean): ProxyError | null {
  // The host of the request before is mostly this one's: connections are used again by the same client.
  if (host !== head.host || head.routingHost === '') {
    const name = hostName(host);
    if (name === '' && (host !== '' || hasLine)) return failures.badHost;
    head.routingHost = name;
    head.host = host;
  }
  return null;
}

/**
 * What rules compare a host with, or empty where it is none: also where its port is empty or 0, where nothing can listen, and
 * where brackets hold no IPv6 address (RFC 3986 section 3.2.2).
 */
function hostName(host: string): string {
  const name = normaliseHost(host);
  if (name === null) return '';
  if (!host.includes(':')) return name;
  return /:0*$/.test(host) || (host.startsWith('[') && !isIPv6(name)) ? '' : name;
}

function decidePath(head: Http1RequestHead): ProxyError | null {
  if (head.path === '*') {
    head.routingPath = '*';
    return null;
  }
  const path = requestPath(withoutQuery(head.path));
  if (path === null) return failures.badPath;
  head.routingPath = path;
  return null;
}
