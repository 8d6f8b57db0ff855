import type { Exchange } from '../../../src/proxy/exchange.ts';
import type { Peer } from '../../../src/proxy/forwarded.ts';
import type { HeaderLines } from '../../../src/proxy/header-lines.ts';
import { BodyReader, bodyState } from '../../../src/proxy/http1/body-reader.ts';
import { ChunkDecoder, chunkEvent } from '../../../src/proxy/http1/chunk-decoder.ts';
import { ClientInput } from '../../../src/proxy/http1/client-input.ts';
import { HeadSource } from '../../../src/proxy/http1/head-source.ts';
import { type Http1RequestHead, type Http1ResponseHead, headResult } from '../../../src/proxy/http1/heads.ts';
import { ResponseReader } from '../../../src/proxy/http1/read-response.ts';
import type { Limits } from '../../../src/proxy/limits.ts';
import { framing, hasBody } from '../../../src/proxy/request-head.ts';
import { Responder } from '../../../src/proxy/respond.ts';
import { requestText, responseText, type Told } from '../oracle/reading.ts';

/** A reader of the proxy, fed piece by piece, which tells in the oracles' words what it has read. */
export interface Subject {
  feed(piece: Buffer): void;
  told(): Told;
}

const responder = new Responder(false);
const peer = { clientIp: '192.0.2.1', scheme: 'http' } as Peer;

/** The reading side of a client connection: heads and bodies of requests, one after the other. */
export class RequestSubject implements Subject {
  readonly #input = new ClientInput();
  readonly #source: HeadSource;
  readonly #reader: BodyReader;
  readonly #exchange: Exchange;
  readonly #events: string[] = [];
  #body = '';
  #isInBody = false;
  #isOver = false;

  constructor(limits: Limits) {
    this.#source = new HeadSource(this.#input, { entryPoint: 'web', limits }, peer);
    this.#reader = new BodyReader(limits);
    const flow = {
      requestBody: (_exchange: Exchange, bytes: Buffer, start: number, end: number): void => {
        this.#body += bytes.toString('latin1', start, end);
      },
    } as unknown as Exchange['flow'];
    this.#exchange = this.#source.exchange({} as Exchange['client'], flow);
  }

  /** Bytes that are kept because nothing can be made of them yet. */
  get heldBytes(): number {
    return this.#input.length;
  }

  feed(piece: Buffer): void {
    if (this.#isOver) return;
    // As a connection does it: what is read next overwrites what was not kept.
    const memory = Buffer.from(piece);
    this.#input.add(memory, piece.length);
    this.#readAll();
    this.#input.keep();
    memory.fill('?');
  }

  told(): Told {
    return { events: this.#events, body: this.#body };
  }

  #readAll(): void {
    while (!this.#isOver && !this.#input.isEmpty) {
      if (!(this.#isInBody ? this.#readBody() : this.#readHead())) return;
    }
  }

  #readHead(): boolean {
    const result = this.#source.read();
    if (result === headResult.incomplete) return false;
    if (result === headResult.refused) {
      this.#refuse(responder.answer(this.#source.fault).status);
      return false;
    }
    const { head } = this.#source;
    this.#events.push(requestFacts(head));
    this.#isInBody = hasBody(head);
    if (this.#isInBody) this.#reader.begin(head);
    else this.#events.push('end of body');
    return true;
  }

  #readBody(): boolean {
    const state = this.#reader.read(this.#input, this.#exchange);
    if (state === bodyState.malformed) {
      this.#refuse(400);
      return false;
    }
    this.#input.use(this.#reader.at);
    if (state === bodyState.more) return false;
    this.#isInBody = false;
    this.#events.push('end of body');
    return true;
  }

  #refuse(status: number): void {
    this.#isOver = true;
    this.#events.push(`refused with ${status}`);
  }
}

/** What an upstream connection reads after one request. */
export class ResponseSubject implements Subject {
  readonly #reader: ResponseReader;
  readonly #decoder: ChunkDecoder;
  readonly #events: string[] = [];
  #held: Buffer = Buffer.alloc(0);
  #body = '';
  #left = -1;
  #phase: 'head' | 'body' | 'over' = 'head';

  constructor(limits: Limits, method: string) {
    this.#reader = new ResponseReader(limits);
    this.#reader.isBodyless = method === 'HEAD';
    this.#decoder = new ChunkDecoder(limits);
  }

  feed(piece: Buffer): void {
    let bytes = piece;
    let at = 0;
    while (this.#phase === 'head') {
      bytes = Buffer.concat([this.#held, bytes.subarray(at)]);
      at = this.#reader.read(bytes, 0, bytes.length);
      this.#held = at === headResult.incomplete ? bytes : Buffer.alloc(0);
      if (at === headResult.incomplete) return;
      if (at === headResult.refused) {
        this.#end('refused with 502');
        return;
      }
      this.#begin();
    }
    if (this.#phase === 'body') this.#readBody(bytes.subarray(at));
  }

  told(): Told {
    return { events: this.#events, body: this.#body };
  }

  #begin(): void {
    const { head } = this.#reader;
    this.#events.push(responseFacts(head));
    if (head.status < 200) return;
    this.#phase = 'body';
    this.#decoder.reset();
    this.#left = head.framing === framing.close ? Number.POSITIVE_INFINITY : head.length;
    if (head.framing !== framing.chunked && this.#left === 0) this.#end('end of body');
  }

  #readBody(bytes: Buffer): void {
    if (this.#reader.head.framing === framing.chunked) {
      const { event, body } = decodeChunks(this.#decoder, bytes);
      this.#body += body;
      if (event === chunkEvent.malformed) this.#end('refused with 502');
      else if (event === chunkEvent.end) this.#end('end of body');
      return;
    }
    const length = Math.min(this.#left, bytes.length);
    this.#body += bytes.toString('latin1', 0, length);
    this.#left -= length;
    if (this.#left === 0) this.#end('end of body');
  }

  #end(event: string): void {
    this.#phase = 'over';
    this.#events.push(event);
  }
}

/** The chunk decoder alone. */
export class ChunkSubject implements Subject {
  readonly #decoder: ChunkDecoder;
  readonly #events: string[] = [];
  #body = '';
  #fed = 0;

  constructor(limits: Limits) {
    this.#decoder = new ChunkDecoder(limits);
  }

  feed(piece: Buffer): void {
    if (this.#events.length > 0) return;
    const { event, body } = decodeChunks(this.#decoder, piece);
    this.#body += body;
    if (event === chunkEvent.malformed) this.#events.push('refused with 400');
    if (event === chunkEvent.end) this.#events.push(`end after ${this.#fed + this.#decoder.at} bytes`);
    this.#fed += piece.length;
  }

  told(): Told {
    return { events: this.#events, body: this.#body };
  }
}

function decodeChunks(decoder: ChunkDecoder, bytes: Buffer): { event: number; body: string } {
  let body = '';
  let event = decoder.next(bytes, 0, bytes.length);
  while (event === chunkEvent.data) {
    body += bytes.toString('latin1', decoder.dataStart, decoder.dataEnd);
    event = decoder.next(bytes, decoder.at, bytes.length);
  }
  return { event, body };
}

function requestFacts(head: Http1RequestHead): string {
  const { lines } = head;
  const isCounted = head.framing === framing.length;
  const sent = sentLines(lines, 'host');
  const text = requestText({
    length: lines.text.length,
    method: head.method,
    target: head.target,
    minor: head.minor,
    host: head.host,
    routingHost: head.routingHost,
    path: head.path,
    routingPath: head.routingPath,
    framing: framingName(head.framing, head.length),
    keepAlive: head.keepAlive,
    expectsContinue: head.expectsContinue,
    isWebSocket: head.isWebSocket,
    lines: sent.others,
  });
  return sent.lengths === (isCounted ? String(head.length) : '') ? text : `${text} | states ${sent.lengths}`;
}

function responseFacts(head: Http1ResponseHead): string {
  const sent = sentLines(head.lines, '');
  return responseText({
    length: head.lines.text.length,
    status: head.status,
    reason: head.reasonPhrase(),
    framing: framingName(head.framing, head.length),
    keepAlive: head.keepAlive,
    stated: sent.lengths,
    lines: sent.others,
  });
}

function framingName(kind: number, length: number): string {
  if (kind === framing.length) return `length ${length}`;
  if (kind === framing.chunked) return 'chunked';
  return kind === framing.close ? 'close' : 'none';
}

/** The lines as they would go out, apart from those of one name, which are judged by themselves. */
function sentLines(lines: HeaderLines, apart: string): { others: string[]; lengths: string } {
  const others: string[] = [];
  const lengths: string[] = [];
  for (const line of lines.render(lines.starts[0] ?? 0).split('\r\n')) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
    const key = name.toLowerCase();
    if (key === 'content-length') lengths.push(value);
    else if (key !== apart) others.push(`${name}: ${value}`);
  }
  return { others, lengths: lengths.join(', ') };
}
