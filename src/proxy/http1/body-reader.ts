import type { Exchange } from '../exchange.ts';
import type { Limits } from '../limits.ts';
import { framing, type RequestHead } from '../request-head.ts';
import { ChunkDecoder, chunkEvent } from './chunk-decoder.ts';
import type { ClientInput } from './client-input.ts';

/** What `BodyReader.read` ended with. */
export const bodyState = { more: 0, end: 1, malformed: 2 } as const;

/** Reads request bodies by the framing of their head and hands them to their exchange. */
export class BodyReader {
  /** The offset up to which bytes are used up. */
  at = 0;
  readonly #decoder: ChunkDecoder;
  #isChunked = false;
  #left = 0;

  constructor(limits: Limits) {
    this.#decoder = new ChunkDecoder(limits);
  }

  begin(head: RequestHead): void {
    this.#isChunked = head.framing === framing.chunked;
    this.#left = head.length;
    this.#decoder.reset();
  }

  /** Drops a body that is wholly there already; false where it is not. */
  skip(head: RequestHead, input: ClientInput): boolean {
    this.begin(head);
    if (this.read(input, null) !== bodyState.end) return false;
    input.use(this.at);
    return true;
  }

  /** Reads what there is; without an exchange the bytes are dropped. */
  read(input: ClientInput, exchange: Exchange | null): number {
    if (this.#isChunked) return this.#readChunks(input, exchange);
    const length = Math.min(input.length, this.#left);
    this.#left -= length;
    this.at = input.at + length;
    exchange?.flow.requestBody(exchange, input.bytes, input.at, this.at);
    return this.#left === 0 ? bodyState.end : bodyState.more;
  }

  #readChunks({ bytes, at, end }: ClientInput, exchange: Exchange | null): number {
    const decoder = this.#decoder;
    let event = decoder.next(bytes, at, end);
    while (event === chunkEvent.data) {
      exchange?.flow.requestBody(exchange, bytes, decoder.dataStart, decoder.dataEnd);
      event = decoder.next(bytes, decoder.at, end);
    }
    this.at = decoder.at;
    if (event === chunkEvent.malformed) return bodyState.malformed;
    return event === chunkEvent.end ? bodyState.end : bodyState.more;
  }
}
