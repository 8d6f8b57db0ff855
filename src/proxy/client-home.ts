import type { Deadlines } from './deadlines.ts';
import type { Flow } from './exchange.ts';
import type { HttpDate } from './http-date.ts';
import type { Limits } from './limits.ts';
import type { SendMemory } from './send-memory.ts';
import type { StalledClients } from './stalled-clients.ts';

/** A client's connection as those see it who count and close connections, whatever it speaks. */
export interface OpenConnection {
  /** True where nobody is hurt when it closes. */
  readonly isIdle: boolean;
  /** The next answer says that the connection closes. An idle one waits for it a moment only. */
  drain(): void;
  /** Ends the connection at once, whatever it does. */
  destroy(): void;
}

/** What a connection needs of the listener that accepted it. */
export interface ClientHome {
  readonly entryPoint: string;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly flow: Flow;
  readonly date: HttpDate;
  readonly stalls: StalledClients;
  readonly sendMemory: SendMemory;
  /** Answers say that their connection closes. */
  readonly isDraining: boolean;
  /** How long the next connection may be idle between two requests, in milliseconds; by chance. */
  keepAliveMs(): number;
  closed(connection: OpenConnection): void;
  /** A bug outside of any exchange. */
  broken(cause: unknown): void;
}
