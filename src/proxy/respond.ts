import { STATUS_CODES } from 'node:http';
import { type RefusalReason, refusalReasons } from '../model/outcome.ts';
import { failures, type ProxyError } from './proxy-error.ts';

/** An answer of our own, whole; codecs frame it. */
export interface Answer {
  readonly status: number;
  readonly reason: RefusalReason | null;
  /** Header lines with their CRLF, without those of framing, connection and date. */
  readonly lines: string;
  /** ASCII. */
  readonly body: string;
}

const allowed = 'Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n';

/** Values of Retry-After (RFC 9110 section 10.2.3). */
const retryAfterSeconds = [1, 2, 3] as const;

/** Turns failures into answers, each made once: one line of text, and the code unless it is to be hidden. */
export class Responder {
  readonly #hideReason: boolean;
  readonly #answers = new Map<ProxyError, Answer>();
  readonly #overloaded: readonly Answer[];
  #turn = 0;

  constructor(hideReason: boolean) {
    this.#hideReason = hideReason;
    this.#overloaded = retryAfterSeconds.map((seconds) => this.#makeOverloaded(seconds));
  }

  answer(error: ProxyError): Answer {
    let answer = this.#answers.get(error);
    if (answer === undefined) {
      answer = this.#make(error);
      this.#answers.set(error, answer);
    }
    return answer;
  }

  /** The answer to a request that is refused unread; in turns with another time, so that clients do not all come back at once. */
  overloaded(): Answer {
    this.#turn = (this.#turn + 1) % this.#overloaded.length;
    return this.#overloaded[this.#turn] ?? this.answer(failures.overloaded);
  }

  #makeOverloaded(seconds: number): Answer {
    const answer = this.#make(failures.overloaded);
    return Object.freeze({ ...answer, lines: `${answer.lines}Retry-After: ${seconds}\r\n` });
  }

  #make(error: ProxyError): Answer {
    const status = refusalReasons[error.code];
    const reason = this.#hideReason ? '' : `X-Fairlead-Reason: ${error.code}\r\n`;
    const methods = error === failures.methodNotAllowed ? allowed : '';
    // A browser must not take the line of text for anything else.
    const type = 'Content-Type: text/plain\r\nX-Content-Type-Options: nosniff\r\n';
    const lines = `Server: fairlead\r\n${type}${reason}${methods}`;
    return Object.freeze({ status, reason: error.code, lines, body: `${error.message}\n` });
  }
}

export function isProxyError(result: Answer | ProxyError): result is ProxyError {
  return 'code' in result;
}

/** The status line's `404 Not Found`. */
export function statusText(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? 'Unknown'}`;
}
