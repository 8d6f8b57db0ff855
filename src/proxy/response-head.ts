import { HeaderLines } from './header-lines.ts';

/** The head of an upstream's answer, readable and editable like a request head. */
export class ResponseHead {
  status = 0;
  framing = 0;
  /** Of the body in bytes; meaningful for `framing.length` only. */
  length = 0;
  /** A Date line is there (RFC 9110 section 6.6.1: else the forwarder adds one). */
  dated = false;
  /** True where the start line of `lines.text` can be sent as it is. */
  startLineFits = false;
  readonly lines = new HeaderLines();

  /** The reason phrase, which may be empty. */
  reasonPhrase(): string {
    const end = (this.lines.starts[0] ?? 0) - 2;
    return this.lines.text.slice(13, end);
  }
}
