import type { Outcome } from '../model/outcome.ts';

/** Text that stands in JSON as it is: printable ASCII without quote and backslash. */
const plain = /^[ !#-[\]-~]*$/;
/** What is escaped beyond what JSON asks for, so that a line is ASCII: no reader can take anything in it for a line's end. */
const beyond = /[^ -~]/g;

/** Writes outcomes as JSON objects in ASCII, each on one line without its line feed. Remembers what the last one had in common. */
export class JsonLines {
  readonly #isoTime: (epochMs: number) => string;
  /** `.001` to `.999` without zeros at the end, by thousandths. */
  readonly #fractions: readonly string[];
  #timeMs = Number.NaN;
  #time = '';
  #last: Outcome | null = null;
  #where = '';

  /** `isoTime` gives RFC 3339 of milliseconds since the epoch. */
  constructor(isoTime: (epochMs: number) => string) {
    this.#isoTime = isoTime;
    this.#fractions = Array.from({ length: 1000 }, (_, index) =>
      index === 0 ? '' : `.${String(index).padStart(3, '0').replace(/0+$/, '')}`,
    );
  }

  format(outcome: Outcome): string {
    const { startedAt, reason } = outcome;
    if (startedAt !== this.#timeMs) {
      this.#timeMs = startedAt;
      this.#time = this.#isoTime(startedAt);
    }
    return (
      `{"time":"${this.#time}","entryPoint":${quote(outcome.entryPoint)},"clientIp":${quote(outcome.clientIp)},` +
      `"protocol":"${outcome.protocol}","method":${quote(outcome.method)},"host":${quote(outcome.host)},` +
      `"target":${quote(outcome.target)},"status":${outcome.status},"reason":${reason === null ? 'null' : `"${reason}"`},` +
      `"durationMs":${this.#milliseconds(outcome.durationMs)},"upstreamMs":${this.#milliseconds(outcome.upstreamMs)},` +
      `"requestBytes":${outcome.requestBytes},"responseBytes":${outcome.responseBytes},${this.#whereOf(outcome)},` +
      `"retries":${outcome.retries},"userAgent":${quote(outcome.userAgent)}}`
    );
  }

  /** Route, service and endpoint: names of the cluster, the same text again and again. */
  #whereOf(outcome: Outcome): string {
    const last = this.#last;
    const { route, service, endpoint } = outcome;
    if (last?.route === route && last.service === service && last.endpoint === endpoint) return this.#where;
    this.#last = outcome;
    this.#where = `"route":${orNull(route)},"service":${orNull(service)},"endpoint":${orNull(endpoint)}`;
    return this.#where;
  }

  /** To the microsecond, from whole numbers: the text of a fraction takes long to find. */
  #milliseconds(value: number | null): string {
    if (value === null) return 'null';
    const microseconds = Math.round(value * 1000);
    if (!(microseconds >= 0 && microseconds <= Number.MAX_SAFE_INTEGER)) return 'null';
    const whole = Math.floor(microseconds / 1000);
    return `${whole}${this.#fractions[microseconds - whole * 1000]}`;
  }
}

function orNull(text: string | null): string {
  return text === null ? 'null' : quote(text);
}

function quote(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(
    beyond,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
