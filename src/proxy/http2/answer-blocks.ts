import { createHash } from 'node:crypto';
import { HeaderLines, lineKind } from '../header-lines.ts';
import type { HttpDate } from '../http-date.ts';
import type { RequestHead } from '../request-head.ts';
import type { Answer } from '../respond.ts';
import type { ResponseHead } from '../response-head.ts';
import { encodeLines } from './hpack/encode-lines.ts';
import type { Outbox } from './outbox.ts';
import type { Stream } from './stream.ts';

/** Room for a Date line, and for the length of an answer of ours. */
const extraCharacters = 96;
const dateNameLength = 'Date: '.length;
/** RFC 6455 section 1.3. */
const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Writes the heads of answers to one client's streams (RFC 9113 section 8.3.2). */
export class AnswerBlocks {
  readonly #outbox: Outbox;
  readonly #date: HttpDate;
  readonly #lines = new HeaderLines();

  constructor(outbox: Outbox, date: HttpDate) {
    this.#outbox = outbox;
    this.#date = date;
  }

  /** An upstream's head, with a Date where it has none. `status` is what the client is told. */
  head(stream: Stream, head: ResponseHead, status: number): void {
    const outbox = this.#outbox;
    const { encoder, output } = outbox;
    const { lines } = head;
    let at = outbox.beginBlock(lines.text.length + lines.own.length + extraCharacters);
    const { bytes } = output;
    at = encodeLines(lines, encoder, bytes, encoder.status(status, bytes, at));
    if (!head.dated && status >= 200) {
      const line = this.#date.line(Date.now());
      at = encoder.header('date', line.slice(dateNameLength, -2), bytes, at);
    }
    outbox.endBlock(stream, at, false);
  }

  /** A whole answer of our own. */
  answer(stream: Stream, answer: Answer, withBody: boolean): void {
    const outbox = this.#outbox;
    const { encoder, output } = outbox;
    const { body } = answer;
    const lines = this.#lines;
    lines.own = `${answer.lines}${this.#date.line(Date.now())}Content-Length: ${body.length}\r\n`;
    const begin = outbox.beginBlock(lines.own.length);
    const at = encodeLines(lines, encoder, output.bytes, encoder.status(answer.status, output.bytes, begin));
    const hasBody = withBody && body.length > 0;
    outbox.endBlock(stream, at, !hasBody);
    if (!hasBody) return;
    const bytes = Buffer.from(body, 'latin1');
    outbox.data(stream, bytes, 0, bytes.length);
    outbox.end(stream);
  }

  /** 100 (Continue): the client may send its body. */
  continue(stream: Stream): void {
    const outbox = this.#outbox;
    const begin = outbox.beginBlock(0);
    outbox.endBlock(stream, outbox.encoder.status(100, outbox.output.bytes, begin), false);
  }

  /** True where the upstream's 101 answers the key that we sent (RFC 6455 section 4.1); the client is not told of either. */
  agrees(request: RequestHead, { lines }: ResponseHead): boolean {
    const [key = ''] = request.lines.values('sec-websocket-key');
    const wanted = createHash('sha1').update(`${key}${acceptSuffix}`).digest('base64');
    const accepted = lines.values('sec-websocket-accept');
    lines.remove('Sec-WebSocket-Accept');
    for (let index = 0; index < lines.count; index++) {
      // A tunnel has no length, whatever the 101 says of one.
      if (lines.kinds[index] === lineKind.contentLength) lines.kinds[index] = lineKind.removed;
    }
    return accepted.length === 1 && accepted[0] === wanted;
  }
}
