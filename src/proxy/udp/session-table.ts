/** How many sessions there may be. */
export interface SessionBounds {
  readonly sessions: number;
  /** Of one client address. */
  readonly sessionsPerClient: number;
}

/**
 * Sessions by the address and port of their client. A source address can be made up as long as nobody has to answer, so sessions
 * whose client has sent a single datagram make room for new ones, the oldest first; others stay until they are over.
 */
export class SessionTable<Session extends object> {
  readonly #bounds: SessionBounds;
  readonly #clients = new Map<string, Map<number, Session>>();
  /** Sessions of a single datagram, the oldest first. */
  readonly #unproven = new Set<Session>();
  #size = 0;

  constructor(bounds: SessionBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#size;
  }

  get(address: string, port: number): Session | undefined {
    return this.#clients.get(address)?.get(port);
  }

  /** Whether a client may have one more session as far as its own number goes. */
  hasRoomFor(address: string): boolean {
    return (this.#clients.get(address)?.size ?? 0) < this.#bounds.sessionsPerClient;
  }

  /** Whether a new session needs another one to go. */
  get isFull(): boolean {
    return this.#size >= this.#bounds.sessions;
  }

  /** The session that is to go first; undefined where all are in use. */
  get oldestUnproven(): Session | undefined {
    for (const session of this.#unproven) return session;
    return undefined;
  }

  add(address: string, port: number, session: Session): void {
    let ofClient = this.#clients.get(address);
    if (ofClient === undefined) {
      ofClient = new Map();
      this.#clients.set(address, ofClient);
    }
    ofClient.set(port, session);
    this.#unproven.add(session);
    this.#size++;
  }

  /** The client has sent a second datagram. */
  prove(session: Session): void {
    this.#unproven.delete(session);
  }

  remove(address: string, port: number): void {
    const ofClient = this.#clients.get(address);
    const session = ofClient?.get(port);
    if (ofClient === undefined || session === undefined) return;
    ofClient.delete(port);
    this.#unproven.delete(session);
    this.#size--;
    if (ofClient.size === 0) this.#clients.delete(address);
  }

  *values(): IterableIterator<Session> {
    for (const ofClient of this.#clients.values()) yield* ofClient.values();
  }
}
