import type { HttpDate } from '../http-date.ts';
import { framing } from '../request-head.ts';
import { type Answer, statusText } from '../respond.ts';
import type { ResponseHead } from '../response-head.ts';
import type { SendMemory } from '../send-memory.ts';
import type { WatchedSocket } from '../watched-socket.ts';
import type { Http1RequestHead } from './heads.ts';
import { MessageWriter } from './message-writer.ts';
import { responseHeadText, switchingHeadText } from './write-head.ts';

/** What all answers of a thread share. */
interface AnswerHome {
  readonly date: HttpDate;
  readonly sendMemory: SendMemory;
}

/** Frames answers for one client connection (RFC 9112 sections 6 and 9). */
export class AnswerWriter extends MessageWriter {
  /** The connection ends after this answer, and the answer says so. */
  closes = false;
  readonly #request: Http1RequestHead;
  readonly #date: HttpDate;

  constructor(socket: WatchedSocket, request: Http1RequestHead, home: AnswerHome) {
    super(socket, home.sendMemory);
    this.#request = request;
    this.#date = home.date;
  }

  /** Clients of HTTP/1.0 know no informational answers. */
  informational(head: ResponseHead): void {
    if (this.#request.minor === 1) this.add(`${responseHeadText(head)}\r\n`);
  }

  /** The answer that opens a tunnel: what is written after it goes out as it is. */
  switching(head: ResponseHead): void {
    this.begin(switchingHeadText(head), false);
  }

  /** An upstream's answer. A body of unknown length becomes chunks, or ends with the connection for HTTP/1.0. */
  head(head: ResponseHead): void {
    let text = responseHeadText(head);
    let isChunked = false;
    if (!head.dated) text += this.#date.line(Date.now());
    if (head.framing === framing.chunked || head.framing === framing.close) {
      isChunked = this.#request.minor === 1;
      if (isChunked) text += 'Transfer-Encoding: chunked\r\n';
      else this.closes = true;
    }
    this.begin(`${text}${this.#connectionLine()}\r\n`, isChunked);
  }

  /** A whole answer of our own. */
  answer(answer: Answer): void {
    const body = this.#request.method === 'HEAD' ? '' : answer.body;
    this.add(
      `HTTP/1.1 ${statusText(answer.status)}\r\n${answer.lines}${this.#date.line(Date.now())}` +
        `Content-Length: ${answer.body.length}\r\n${this.#connectionLine()}\r\n${body}`,
    );
  }

  #connectionLine(): string {
    if (this.closes) return 'Connection: close\r\n';
    return this.#request.minor === 0 ? 'Connection: keep-alive\r\n' : '';
  }
}
