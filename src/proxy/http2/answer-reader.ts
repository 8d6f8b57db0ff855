import type { Limits } from '../limits.ts';
import { framing } from '../request-head.ts';
import { type HpackDecoder, hpackResult } from './hpack/decoder.ts';
import { ResponseBlock, TrailerLines } from './response-block.ts';
import type { UpstreamStream } from './upstream-stream.ts';

/** What reading a header block of an answer ended with. */
export const answerResult = {
  ok: 0,
  /** The answer is not what one can be: an error of its stream. */
  refused: 1,
  /** An error of the connection. */
  malformed: 2,
} as const;

/** Reads the header blocks of one upstream session, and tells their streams: informational answers, heads, trailers. */
export class AnswerReader {
  readonly #decoder: HpackDecoder;
  readonly #limits: Limits;
  readonly #response: ResponseBlock;
  readonly #trailers: TrailerLines;

  constructor(decoder: HpackDecoder, limits: Limits) {
    this.#decoder = decoder;
    this.#limits = limits;
    this.#response = new ResponseBlock(limits);
    this.#trailers = new TrailerLines(limits);
  }

  /** Reads a whole block; `ends` where the stream ends with it. Returns an `answerResult`. */
  read(stream: UpstreamStream, ends: boolean, bytes: Buffer, start: number, end: number): number {
    const block = stream.hasHead ? this.#trailers : this.#response;
    block.begin();
    const result = this.#decoder.decode(bytes, start, end, block);
    if (result === hpackResult.malformed) return answerResult.malformed;
    if (result === hpackResult.tooLarge) return answerResult.refused;
    const isTaken = stream.hasHead ? this.#takeTrailers(stream, ends) : this.#takeHead(stream, ends);
    return isTaken ? answerResult.ok : answerResult.refused;
  }

  #takeHead(stream: UpstreamStream, ends: boolean): boolean {
    const response = this.#response;
    const { head } = response;
    const { exchange } = stream;
    const isHead = exchange?.request.method === 'HEAD';
    if (!response.end(ends, isHead)) return false;
    if (head.status < 200) {
      if (++stream.informational > this.#limits.informationalCount) return false;
      // 100 is for us, who have asked for nothing.
      if (head.status !== 100) stream.informed(head);
      return true;
    }
    // Clients of HTTP/1 must be told that there is no body.
    const isEmpty = ends && head.framing !== framing.none && !response.hasLength;
    if (isEmpty && exchange?.request.protocol !== 'http/2') head.lines.own += 'Content-Length: 0\r\n';
    stream.answered(head, ends);
    return true;
  }

  #takeTrailers(stream: UpstreamStream, ends: boolean): boolean {
    if (stream.isRemoteEnded || !ends || !this.#trailers.isSound) return false;
    stream.takeTrailers(this.#trailers);
    return true;
  }
}
