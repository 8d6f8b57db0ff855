import { type ClientSide, Exchange, type Flow } from '../exchange.ts';
import type { Peer } from '../forwarded.ts';
import { HeadView } from '../head-view.ts';
import type { Limits } from '../limits.ts';
import type { ProxyError } from '../proxy-error.ts';
import type { ClientInput } from './client-input.ts';
import { type Http1RequestHead, headResult } from './heads.ts';
import { RequestReader } from './read-request.ts';

/** Takes one request head after the other from a connection's input, and knows when each began. */
export class HeadSource {
  readonly #input: ClientInput;
  readonly #reader: RequestReader;
  readonly #view: HeadView;
  /** When the first bytes of an unfinished head came, since the epoch and monotonic; 0 where there are none. */
  #since = 0;
  #sinceMs = 0;

  constructor(input: ClientInput, home: { entryPoint: string; limits: Limits }, peer: Peer) {
    this.#input = input;
    this.#reader = new RequestReader(home.limits);
    this.#view = new HeadView(home.entryPoint, peer, this.#reader.head);
  }

  /** Holds what was read last. */
  get head(): Http1RequestHead {
    return this.#reader.head;
  }

  /** Why the last head was refused. */
  get fault(): ProxyError {
    return this.#reader.fault;
  }

  /** Some bytes of a head have come, and not all of them. */
  get hasBegun(): boolean {
    return this.#since !== 0;
  }

  /** Returns a `headResult`; above 0 the head is there, and its bytes are used up. */
  read(): number {
    const input = this.#input;
    const next = input.skipBlankLine()
      ? this.#reader.read(input.bytes, input.at, input.end)
      : headResult.incomplete;
    if (next === headResult.incomplete) {
      if (this.#since === 0) {
        this.#since = Date.now();
        this.#sinceMs = performance.now();
      }
    } else if (next !== headResult.refused) {
      input.use(next);
      input.headRead();
    }
    return next;
  }

  /** The exchange of the head that was read, or could not be read. */
  exchange(client: ClientSide, flow: Flow): Exchange {
    const exchange = new Exchange(client, flow, this.#reader.head, this.#view);
    if (this.#since !== 0) {
      exchange.startedAt = this.#since;
      exchange.startedMs = this.#sinceMs;
      this.#since = 0;
    }
    return exchange;
  }

  /** Forgets the request before; for a head that came too slowly. */
  clear(): void {
    this.#reader.clear();
  }
}
