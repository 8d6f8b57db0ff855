import type { ConnectionView } from './exchange.ts';
import type { Peer } from './forwarded.ts';
import type { RequestHead } from './request-head.ts';
import type { ConnectionTls } from './tls/tls-policy.ts';

/** What rules see of a request head. One per connection, since its head is reused too. */
export class HeadView implements ConnectionView {
  readonly entryPoint: string;
  readonly clientIp: string;
  readonly tls: boolean;
  readonly secured: ConnectionTls | null;
  readonly #head: RequestHead;

  constructor(entryPoint: string, peer: Peer, head: RequestHead) {
    this.entryPoint = entryPoint;
    this.clientIp = peer.clientIp;
    this.tls = peer.scheme === 'https';
    this.secured = peer.secured ?? null;
    this.#head = head;
  }

  get host(): string {
    return this.#head.routingHost;
  }

  get path(): string {
    return this.#head.routingPath;
  }

  get query(): string {
    const { path } = this.#head;
    const mark = path.indexOf('?');
    return mark === -1 ? '' : path.slice(mark + 1);
  }

  get method(): string {
    return this.#head.method;
  }

  /** Lines that will not be forwarded are not seen, so a client cannot match by what it forges. */
  header(name: string): readonly string[] {
    return this.#head.lines.values(name);
  }
}
