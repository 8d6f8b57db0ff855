import { lineKind } from './header-lines.ts';
import type { RequestHead } from './request-head.ts';

/** How often a request may come through; the next time it is refused with 508. More than any chain of proxies needs. */
export const mostHops = 10;

/** Tells the next one how often the request has come through. Written from the second time on. */
export const hopsHeader = 'X-Forwarded-Hops';

/**
 * How often a request has come through a proxy that writes our lines. One that came through once has `X-Forwarded-Server`; only
 * from then on it carries a count, so that ordinary requests pay nothing. Whoever forges these lines harms nobody else.
 */
export function hopsOf({ lines }: RequestHead): number {
  let hops = 0;
  for (let index = 0; index < lines.count; index++) {
    if (lines.kinds[index] !== lineKind.managed) continue;
    const name = lines.name(index).toLowerCase();
    if (name === 'x-forwarded-server') hops = Math.max(hops, 1);
    if (name !== 'x-forwarded-hops') continue;
    const value = lines.value(index);
    if (/^\d{1,3}$/.test(value)) hops = Math.max(hops, Number(value));
    lines.kinds[index] = lineKind.removed;
  }
  return hops;
}
