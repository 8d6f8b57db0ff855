import type { Deadlines } from '../deadlines.ts';
import type { Exchange, ExchangeEndpoint, UpstreamSide } from '../exchange.ts';
import { type ConnectionHome, UpstreamConnection } from '../http1/upstream-connection.ts';
import type { Limits } from '../limits.ts';
import type { ReadMemory } from '../read-memory.ts';
import type { SendMemory } from '../send-memory.ts';

/** What all pools of a thread share. */
export interface PoolContext {
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  /** What the sockets of the thread read into. */
  readonly readMemory: ReadMemory;
  readonly sendMemory: SendMemory;
}

/** The connections to one endpoint. Unused ones are kept on a stack: the one used last has the best chance to be alive. */
export class EndpointPool implements ExchangeEndpoint, ConnectionHome {
  readonly address: string;
  readonly port: number;
  readonly name: string;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly readMemory: ReadMemory;
  readonly sendMemory: SendMemory;
  /** How many services lead here; at 0 nothing is kept any more. */
  users = 0;
  readonly #idle: UpstreamConnection[] = [];

  constructor(at: { address: string; port: number; name: string }, context: PoolContext) {
    this.address = at.address;
    this.port = at.port;
    this.name = at.name;
    this.limits = context.limits;
    this.deadlines = context.deadlines;
    this.readMemory = context.readMemory;
    this.sendMemory = context.sendMemory;
  }

  get idleCount(): number {
    return this.#idle.length;
  }

  /**
   * A connection for one exchange: an unused one, unless it has to be new, else one that is still connecting. One that begins
   * with a PROXY header has to be new, since it tells of one client, and is not kept either.
   */
  take(exchange: Exchange, mustBeNew: boolean): UpstreamSide {
    while (!mustBeNew && exchange.proxyProtocol === 0) {
      const connection = this.#idle.pop();
      if (connection === undefined) break;
      if (connection.reuse(exchange)) return connection;
    }
    return new UpstreamConnection(this, exchange);
  }

  /** Takes a connection back; false where it is not wanted. */
  keep(connection: UpstreamConnection): boolean {
    if (this.users === 0 || this.#idle.length >= this.limits.poolIdleCount) return false;
    this.#idle.push(connection);
    return true;
  }

  /** An unused connection is gone. */
  forget(connection: UpstreamConnection): void {
    const index = this.#idle.lastIndexOf(connection);
    if (index !== -1) this.#idle.splice(index, 1);
  }

  closeIdle(): void {
    for (const connection of this.#idle.splice(0)) connection.close();
  }
}
