import { RequestHead } from '../request-head.ts';
import { ResponseHead } from '../response-head.ts';

/** What reading a head ended with. Positive numbers are the offset behind it. */
export const headResult = { incomplete: 0, refused: -1 } as const;

/** A request head with what only HTTP/1 has. */
export class Http1RequestHead extends RequestHead {
  /** The digit behind `HTTP/1.`: 0 or 1. */
  minor = 1;
  /** The client allows the connection to be used again. */
  keepAlive = true;
}

/** An answer's head with what only HTTP/1 has. */
export class Http1ResponseHead extends ResponseHead {
  /** The upstream allows the connection to be used again. */
  keepAlive = true;
  /** How long it says that it keeps an unused connection, in milliseconds; 0 where it does not say. */
  keepAliveMs = 0;
}
