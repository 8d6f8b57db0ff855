import { lineKind } from '../header-lines.ts';
import { byte, foldedByte } from './bytes.ts';

/** Tells what a header line is, from its name alone. */
export type Classify = (bytes: Uint8Array, start: number, length: number) => number;

const { other, hopByHop, managed, removed } = lineKind;

/**
 * The kind of a request's header line. Names are compared by length first, and folded: a name that only folds onto one
 * that we manage or frame by (`_` for `-`) is removed, because upstreams may read it as the real one.
 */
export const requestLineKind: Classify = (bytes, start, length) => {
  const first = foldedByte[bytes[start] ?? 0];
  if (first === letter.x) {
    if (length > 12 && folds(bytes, start, 'x-forwarded-')) {
      return hasDashes(bytes, start, 'x-forwarded-') ? managed : removed;
    }
    return length === 9 ? exactly(bytes, start, 'x-real-ip', managed) : other;
  }
  switch (length) {
    case 2:
      return first === letter.t ? exactly(bytes, start, 'te', hopByHop) : other;
    case 4:
      return first === letter.h ? exactly(bytes, start, 'host', lineKind.host) : other;
    case 6:
      return first === letter.e ? exactly(bytes, start, 'expect', lineKind.expect) : other;
    case 9:
      return first === letter.f ? exactly(bytes, start, 'forwarded', managed) : other;
    case 10:
      if (first === letter.u) {
        return folds(bytes, start, 'user-agent') && hasDashes(bytes, start, 'user-agent')
          ? lineKind.userAgent
          : other;
      }
      return commonKind(bytes, start, length);
    case 14:
      return first === letter.h
        ? exactly(bytes, start, 'http2-settings', hopByHop)
        : commonKind(bytes, start, length);
    case 19:
      return first === letter.p ? exactly(bytes, start, 'proxy-authorization', hopByHop) : other;
    default:
      return commonKind(bytes, start, length);
  }
};

/** The kind of an answer's header line. */
export const responseLineKind: Classify = (bytes, start, length) => {
  switch (length) {
    case 4:
      return exactly(bytes, start, 'date', lineKind.date);
    case 18:
      return exactly(bytes, start, 'proxy-authenticate', hopByHop);
    default:
      return commonKind(bytes, start, length);
  }
};

/** Framing and hop-by-hop names of either direction (RFC 9110 section 7.6.1). */
function commonKind(bytes: Uint8Array, start: number, length: number): number {
  const first = foldedByte[bytes[start] ?? 0];
  switch (length) {
    case 7:
      if (first === letter.t) return exactly(bytes, start, 'trailer', hopByHop);
      return first === letter.u ? exactly(bytes, start, 'upgrade', lineKind.upgrade) : other;
    case 10:
      if (first === letter.c) return exactly(bytes, start, 'connection', lineKind.connection);
      return first === letter.k ? exactly(bytes, start, 'keep-alive', hopByHop) : other;
    case 14:
      return first === letter.c ? exactly(bytes, start, 'content-length', lineKind.contentLength) : other;
    case 16:
      return first === letter.p ? exactly(bytes, start, 'proxy-connection', hopByHop) : other;
    case 17:
      return first === letter.t
        ? exactly(bytes, start, 'transfer-encoding', lineKind.transferEncoding)
        : other;
    default:
      return other;
  }
}

const letter = { c: 0x63, e: 0x65, f: 0x66, h: 0x68, k: 0x6b, p: 0x70, t: 0x74, u: 0x75, x: 0x78 } as const;

function exactly(bytes: Uint8Array, start: number, name: string, kind: number): number {
  if (!folds(bytes, start, name)) return other;
  return hasDashes(bytes, start, name) ? kind : removed;
}

function folds(bytes: Uint8Array, start: number, name: string): boolean {
  for (let index = 0; index < name.length; index++) {
    if (foldedByte[bytes[start + index] ?? 0] !== name.charCodeAt(index)) return false;
  }
  return true;
}

/** True where each dash of `name` is one in the bytes too. */
function hasDashes(bytes: Uint8Array, start: number, name: string): boolean {
  for (let at = name.indexOf('-'); at !== -1; at = name.indexOf('-', at + 1)) {
    if (bytes[start + at] !== byte.dash) return false;
  }
  return true;
}
