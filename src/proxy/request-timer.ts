import type { Deadlines, Timed } from './deadlines.ts';
import type { Exchange, ExchangeTimer } from './exchange.ts';
import { failures, type ProxyError } from './proxy-error.ts';

/** What a timer needs of the handler whose exchange it watches. */
export interface RequestTimerHome {
  readonly deadlines: Deadlines;
  requestExpired(exchange: Exchange, error: ProxyError): void;
}

/** The timeouts `request` and `backendRequest` of one exchange, made only where its route has one of them. */
export class RequestTimer implements ExchangeTimer, Timed {
  deadline = 0;
  slot = -1;
  readonly #exchange: Exchange;
  readonly #home: RequestTimerHome;
  /** When the whole exchange is due, and this attempt; infinite for never. */
  readonly #requestDue: number;
  #attemptDue = Number.POSITIVE_INFINITY;

  constructor(exchange: Exchange, home: RequestTimerHome) {
    this.#exchange = exchange;
    this.#home = home;
    this.#requestDue = dueAfter(exchange.startedMs, exchange.timeouts.requestMs);
    home.deadlines.add(this);
  }

  /** An attempt at an endpoint begins. */
  attempt(): void {
    const { chosenMs, timeouts } = this.#exchange;
    this.#attemptDue = dueAfter(chosenMs, timeouts.backendRequestMs);
    this.deadline = Math.min(this.#requestDue, this.#attemptDue);
  }

  stop(): void {
    this.deadline = 0;
    this.#home.deadlines.remove(this);
  }

  expire(): void {
    const isWhole = this.#requestDue <= this.#attemptDue;
    const error = isWhole ? failures.requestTimeout : failures.backendRequestTimeout;
    try {
      this.#home.requestExpired(this.#exchange, error);
    } catch (cause) {
      this.#exchange.flow.broken(this.#exchange, cause);
    }
  }
}

function dueAfter(momentMs: number, ms: number): number {
  return ms === 0 ? Number.POSITIVE_INFINITY : momentMs + ms;
}
