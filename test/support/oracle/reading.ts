/** Something that a stream of bytes says, and how many bytes it takes to know it. */
export interface OracleEvent {
  readonly needs: number;
  readonly text: string;
}

/** What a whole stream says: events in order, and which of its bytes are bytes of bodies. */
export class Reading {
  readonly events: OracleEvent[] = [];
  readonly #stream: string;
  readonly #ranges: (readonly [number, number])[] = [];

  constructor(stream: string) {
    this.#stream = stream;
  }

  say(needs: number, text: string): void {
    this.events.push({ needs, text });
  }

  /** The bytes from `start` to before `end`, as far as they have come, belong to a body. */
  data(start: number, end: number): void {
    this.#ranges.push([start, end]);
  }

  /** What can be known of the first `length` bytes: nothing less, and nothing sooner. */
  after(length: number): Told {
    return {
      events: this.events.filter(({ needs }) => needs <= length).map(({ text }) => text),
      body: this.#ranges.map(([start, end]) => this.#stream.slice(start, Math.min(end, length))).join(''),
    };
  }
}

/** What a reader has told so far. */
export interface Told {
  readonly events: readonly string[];
  /** The bytes of all bodies, one after the other. */
  readonly body: string;
}

/** What matters of a request's head once it is accepted. */
export interface RequestFacts {
  readonly length: number;
  readonly method: string;
  readonly target: string;
  readonly minor: number;
  readonly host: string;
  readonly routingHost: string;
  readonly path: string;
  readonly routingPath: string;
  readonly framing: string;
  readonly keepAlive: boolean;
  readonly expectsContinue: boolean;
  readonly isWebSocket: boolean;
  /** `Name: value` of the lines that are sent on, without Host and Content-Length. */
  readonly lines: readonly string[];
}

export function requestText(facts: RequestFacts): string {
  const { method, target, minor, host, routingHost, path, routingPath, framing, lines } = facts;
  const flags = [
    facts.keepAlive ? 'keep' : 'close',
    facts.expectsContinue ? 'expect' : '',
    facts.isWebSocket ? 'websocket' : '',
  ];
  return [
    `request of ${facts.length} bytes: ${method} ${target} HTTP/1.${minor}`,
    `host "${host}" as "${routingHost}"`,
    `path ${path} as ${routingPath}`,
    `body ${framing}`,
    flags.filter((flag) => flag !== '').join(' '),
    ...lines,
  ].join(' | ');
}

/** What matters of an answer's head once it is accepted. */
export interface ResponseFacts {
  readonly length: number;
  readonly status: number;
  readonly reason: string;
  readonly framing: string;
  readonly keepAlive: boolean;
  /** The length that the client is told, or empty. */
  readonly stated: string;
  /** `Name: value` of the lines that are sent on, without Content-Length. */
  readonly lines: readonly string[];
}

export function responseText(facts: ResponseFacts): string {
  const { status, reason, framing, stated, lines } = facts;
  return [
    `answer of ${facts.length} bytes: ${status} ${reason}`,
    `body ${framing}${stated === '' ? '' : `, states ${stated}`}`,
    facts.keepAlive ? 'keep' : 'close',
    ...lines,
  ].join(' | ');
}
