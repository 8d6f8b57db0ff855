import type { ConnectionAddresses } from '../client-address.ts';

/** What a reader of PROXY headers makes of the bytes that have come so far. */
export type HeaderRead =
  /** Fine as far as it goes. */
  | { readonly kind: 'more' }
  | { readonly kind: 'malformed' }
  | {
      readonly kind: 'header';
      /** Where the bytes begin that belong to what follows. */
      readonly end: number;
      /** Null where the header tells of nobody, so that the connection's own addresses hold. */
      readonly addresses: ConnectionAddresses | null;
    };

export const more: HeaderRead = Object.freeze({ kind: 'more' });
export const malformed: HeaderRead = Object.freeze({ kind: 'malformed' });

/** True where the bytes are a start of `text`, or begin with all of it; `text` in latin1. */
export function agrees(bytes: Uint8Array, text: string): boolean {
  const length = Math.min(bytes.length, text.length);
  for (let index = 0; index < length; index++) {
    if (bytes[index] !== text.charCodeAt(index)) return false;
  }
  return true;
}
