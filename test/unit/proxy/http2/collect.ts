import { type HpackDecoder, type HpackSink, hpackResult } from '../../../../src/proxy/http2/hpack/decoder.ts';

export type Header = readonly [name: string, value: string];

/** Keeps headers until they are more than it wants. */
export class Collected implements HpackSink {
  readonly headers: Header[] = [];
  readonly secrets: string[] = [];
  told = 0;
  readonly #limit: number;

  constructor(limit = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
  }

  header(name: string, value: string, neverIndexed: boolean): boolean {
    this.told++;
    this.headers.push([name, value]);
    if (neverIndexed) this.secrets.push(name);
    return this.headers.length < this.#limit;
  }
}

/** The headers of a block, or the name of the result that is not `ok`. */
export function decodeBlock(decoder: HpackDecoder, block: Buffer): Header[] | string {
  const sink = new Collected();
  const result = decoder.decode(block, 0, block.length, sink);
  if (result === hpackResult.ok) return sink.headers;
  return result === hpackResult.malformed ? 'malformed' : 'tooLarge';
}
