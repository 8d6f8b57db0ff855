import { z } from 'zod';
import { type EffectTable, now } from './effect-entry.ts';
import { notes, text } from './field.ts';

const addressList = z.strictObject({
  sourceRange: z
    .array(text(64))
    .max(4096)
    .meta(notes('Addresses and CIDR blocks of clients whose connections are let through. At least one.')),
});

const inFlightConn = z.strictObject({
  amount: z
    .int()
    .min(0)
    .max(1_000_000)
    .meta(
      notes(
        'Most connections that one client address may have open at the same time on all routes with this middleware. 0 lets none through.',
      ),
    ),
});

/** `spec` of a MiddlewareTCP: one key, which says what the middleware does, with its options. */
export const middlewareTcpSpecSchema = z.strictObject({
  inFlightConn: inFlightConn.exactOptional().meta(notes('Closes connections of a client that has too many.')),
  ipAllowList: addressList.exactOptional().meta(notes('Closes connections of clients that are not listed.')),
  ipWhiteList: addressList.exactOptional().meta(notes('The same as ipAllowList. Deprecated.')),
});

/** `spec` of a MiddlewareTCP, decoded. */
export type MiddlewareTcpSpec = z.infer<typeof middlewareTcpSpecSchema>;

/** What the fields of `spec` of a MiddlewareTCP do. */
export const middlewareTcpEffects: EffectTable = Object.freeze({
  inFlightConn: now,
  'inFlightConn.amount': now,
  ipAllowList: now,
  'ipAllowList.sourceRange': now,
  ipWhiteList: now,
  'ipWhiteList.sourceRange': now,
});
