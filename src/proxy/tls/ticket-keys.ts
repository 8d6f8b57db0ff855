import { createHash, hkdfSync } from 'node:crypto';

/** What `node:tls` takes for `ticketKeys`. */
const ticketKeyBytes = 48;

/**
 * The keys of session tickets, and the context of sessions, for one set of settings and certificates. All threads derive the same
 * ones of a seed; a ticket of other settings, other authorities or another certificate cannot be opened with them, so no session
 * is resumed that the settings would not have let begin.
 */
export function ticketKeysOf(
  seed: Uint8Array | null,
  content: string,
): { readonly ticketKeys: Buffer | null; readonly sessionIdContext: string } {
  const info = createHash('sha256').update(content).digest();
  const sessionIdContext = info.toString('hex').slice(0, 32);
  if (seed === null) return { ticketKeys: null, sessionIdContext };
  const ticketKeys = Buffer.from(hkdfSync('sha256', seed, label, info, ticketKeyBytes));
  return { ticketKeys, sessionIdContext };
}

const label = 'fairlead session tickets';
