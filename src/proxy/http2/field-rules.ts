import { lineKind } from '../header-lines.ts';
import { tokenByte } from '../http1/bytes.ts';
import { type Classify, requestLineKind, responseLineKind } from '../http1/line-kind.ts';
import { staticNames } from './hpack/static-table.ts';

/** What `requestNameKind` and `responseNameKind` say of a name that no message may have. */
export const badName = -1;

/** The `lineKind` of a header's name in a request, or `badName`: names are tokens in lower case (RFC 9113 section 8.2). */
export function requestNameKind(name: string): number {
  return requestKinds.get(name) ?? kindOf(name, requestLineKind);
}

/** The same for an answer. */
export function responseNameKind(name: string): number {
  return responseKinds.get(name) ?? kindOf(name, responseLineKind);
}

/** True where a value holds only what a value may, and no blank at either end (RFC 9113 section 8.2.1). */
export function isFieldValue(value: string): boolean {
  if (value === '') return true;
  return (
    !badValue.test(value) && !isBlank(value.charCodeAt(0)) && !isBlank(value.charCodeAt(value.length - 1))
  );
}

/** True for lines that belong to a connection of HTTP/1, and make a message of HTTP/2 malformed (RFC 9113 section 8.2.2). */
export function isConnectionSpecific(name: string, kind: number, value: string): boolean {
  switch (kind) {
    case lineKind.connection:
    case lineKind.transferEncoding:
    case lineKind.upgrade:
      return true;
    case lineKind.hopByHop:
      if (name === 'te') return value.toLowerCase() !== 'trailers';
      return name === 'keep-alive' || name === 'proxy-connection';
    default:
      return false;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what finds them.
const badValue = /[\x00-\x08\x0a-\x1f\x7f]/;

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function kindOf(name: string, classify: Classify): number {
  if (name === '') return badName;
  for (let index = 0; index < name.length; index++) {
    const code = name.charCodeAt(index);
    if (tokenByte[code] !== 1 || (code >= 0x41 && code <= 0x5a)) return badName;
  }
  return classify(Buffer.from(name, 'latin1'), 0, name.length);
}

/** Names that need no look at each of their characters. */
const commonNames: readonly string[] = [
  ...staticNames.filter((name) => name !== '' && !name.startsWith(':')),
  'dnt',
  'grpc-accept-encoding',
  'grpc-timeout',
  'origin',
  'pragma',
  'priority',
  'sec-ch-ua',
  'sec-ch-ua-mobile',
  'sec-ch-ua-platform',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'sec-fetch-user',
  'te',
  'traceparent',
  'upgrade-insecure-requests',
  'x-request-id',
  'x-requested-with',
];

const requestKinds = new Map(commonNames.map((name) => [name, kindOf(name, requestLineKind)]));
const responseKinds = new Map(commonNames.map((name) => [name, kindOf(name, responseLineKind)]));
