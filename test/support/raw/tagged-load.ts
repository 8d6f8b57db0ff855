import { connect, type Socket } from 'node:net';
import { headerOf, type RawMessage, splitMessages } from './messages.ts';
import { hashOf } from './tagged-upstream.ts';
import { sampleKey } from './websocket.ts';

/** What became of all tagged requests; `crossed` has to be 0 and `wrong` empty. */
export interface LoadResult {
  answered: number;
  /** WebSockets over which their tag came back. */
  tunnels: number;
  /** Refused by the proxy with a code that fits an upstream that broke. */
  refused: number;
  aborted: number;
  /** Cut short by an upstream that broke. */
  cut: number;
  /** Answers with the tag of another request. */
  crossed: number;
  /** Answers that no fault explains, and answers that never came. */
  wrong: string[];
}

export function noResult(): LoadResult {
  return { answered: 0, tunnels: 0, refused: 0, aborted: 0, cut: 0, crossed: 0, wrong: [] };
}

interface Sent {
  readonly tag: string;
  readonly body: string;
  readonly isUpgrade: boolean;
}

/** One connection of a client, with what came over it and has not been judged. */
class TaggedConnection {
  readonly socket: Socket;
  readonly messages: RawMessage[] = [];
  pending = '';
  fault: string | null = null;
  isOver = false;
  wasReset = false;
  isTunnel = false;
  #wake: (() => void) | null = null;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk: Buffer) => this.#add(chunk.toString('latin1')));
    this.socket.on('error', () => {
      this.wasReset = true;
    });
    this.socket.on('close', () => {
      this.isOver = true;
      this.#wake?.();
    });
  }

  /** Waits until a condition holds, which is looked at whenever bytes come, or the connection is over; false where neither. */
  async until(condition: () => boolean, ms: number): Promise<boolean> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake?.();
    }, ms);
    while (!condition() && !this.isOver && !isLate) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    clearTimeout(timer);
    return !isLate;
  }

  #add(text: string): void {
    this.pending += text;
    if (!this.isTunnel) this.#split();
    this.#wake?.();
  }

  #split(): void {
    const { messages, rest, fault } = splitMessages(this.pending, isInformational);
    const switched = messages.findIndex(({ startLine }) => startLine.startsWith('HTTP/1.1 101'));
    this.isTunnel = switched !== -1;
    this.pending = rest;
    this.fault ??= fault;
    this.messages.push(...messages);
  }
}

function isInformational({ startLine }: RawMessage): boolean {
  return startLine.startsWith('HTTP/1.1 1');
}

/** Sends tagged requests from one client, in pipelined batches on a kept connection, until `count` have been sent. */
export class TaggedClient {
  readonly result = noResult();
  readonly #port: number;
  readonly #name: string;
  readonly #random: () => number;
  #connection: TaggedConnection | null = null;

  constructor(port: number, name: string, random: () => number) {
    this.#port = port;
    this.#name = name;
    this.#random = random;
  }

  async run(count: number): Promise<LoadResult> {
    let sent = 0;
    while (sent < count && this.result.wrong.length < 20) {
      const size = Math.min(count - sent, 1 + Math.floor(this.#random() * 8));
      await this.#sendBatch(size, sent);
      sent += size;
    }
    this.#connection?.socket.destroy();
    return this.result;
  }

  async #sendBatch(size: number, first: number): Promise<void> {
    const random = this.#random;
    if (this.#connection === null || this.#connection.isOver) {
      this.#connection = new TaggedConnection(this.#port);
    }
    const connection = this.#connection;
    const batch: Sent[] = [];
    let text = '';
    for (let index = 0; index < size; index++) {
      const tag = `${this.#name}-${first + index}`;
      const isUpgrade = index === size - 1 && random() < 0.05;
      const body = isUpgrade || random() < 0.5 ? '' : tag.repeat(1 + Math.floor(random() * 40));
      batch.push({ tag, body, isUpgrade });
      text += isUpgrade ? upgradeText(tag) : requestText(tag, body, random);
    }
    await this.#send(connection, text);
    if (random() < 0.03) {
      await new Promise((resolve) => setImmediate(resolve));
      if (random() < 0.5) connection.socket.resetAndDestroy();
      else connection.socket.destroy();
      this.result.aborted += size;
      this.#connection = null;
      return;
    }
    await this.#judge(connection, batch);
    if (random() < 0.02 || connection.isTunnel) this.#leave(connection);
  }

  /** Now and then in two pieces, so that the first of them may end anywhere in a head or a body. */
  async #send({ socket }: TaggedConnection, text: string): Promise<void> {
    const at = this.#random() < 0.1 ? Math.floor(this.#random() * text.length) : 0;
    if (at > 0) {
      socket.write(text.slice(0, at), 'latin1');
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    if (!socket.destroyed) socket.write(text.slice(at), 'latin1');
  }

  #leave(connection: TaggedConnection): void {
    connection.socket.destroy();
    this.#connection = null;
  }

  async #judge(connection: TaggedConnection, batch: readonly Sent[]): Promise<void> {
    const { result } = this;
    const finals = () => connection.messages.filter((message) => !isInterim(message));
    const inTime = await connection.until(() => finals().length >= batch.length, 20_000);
    if (!inTime) result.wrong.push(`no answer: ${batch.length} asked, ${connection.pending.slice(-200)}`);
    if (connection.fault !== null) result.wrong.push(connection.fault);
    const answers = finals();
    for (const [index, sent] of batch.entries()) {
      const answer = answers[index];
      if (answer === undefined) result.cut++;
      else if (answer.startLine.startsWith('HTTP/1.1 101')) await this.#useTunnel(connection, sent, answer);
      else judgeAnswer(result, sent, answer);
    }
    for (const hint of connection.messages) {
      const tag = headerOf(hint, 'X-Tag');
      if (tag !== undefined && !batch.some((sent) => sent.tag === tag)) result.crossed++;
    }
    if (answers.length > batch.length) result.wrong.push('more answers than requests');
    if (answers.length < batch.length && inTime && !isExplained(connection, answers.at(-1))) {
      result.wrong.push(`lost: ${batch.length - answers.length} behind ${answers.at(-1)?.head}`);
    }
    connection.messages.length = 0;
    const isLast = answers.length < batch.length || saysClose(answers.at(-1));
    if (connection.pending !== '' || isLast) this.#leave(connection);
  }

  async #useTunnel(connection: TaggedConnection, sent: Sent, answer: RawMessage): Promise<void> {
    const { result } = this;
    if (headerOf(answer, 'X-Tag') !== sent.tag || !sent.isUpgrade) result.crossed++;
    connection.socket.write(sent.tag);
    const inTime = await connection.until(() => connection.pending.length >= sent.tag.length, 20_000);
    if (inTime && connection.pending === sent.tag) result.tunnels++;
    else result.wrong.push(`over the tunnel of ${sent.tag} came ${connection.pending.slice(0, 100)}`);
  }
}

function judgeAnswer(result: LoadResult, { tag, body }: Sent, answer: RawMessage): void {
  const reason = headerOf(answer, 'X-Fairlead-Reason');
  if (reason === 'UpstreamReset' || reason === 'UpstreamBadResponse') result.refused++;
  else if (reason !== undefined) result.wrong.push(`${tag} was refused: ${reason}`);
  else if (headerOf(answer, 'X-Tag') !== tag) result.crossed++;
  else if (answer.body === `${tag} early ` || answer.body.startsWith(`${tag} ${hashOf(body)} `))
    result.answered++;
  else result.wrong.push(answer.body.slice(0, 100));
}

/** 100 and 103; 101 is a final answer. */
function isInterim({ startLine }: RawMessage): boolean {
  return startLine.startsWith('HTTP/1.1 100') || startLine.startsWith('HTTP/1.1 103');
}

/** Whether requests may be without an answer: the last answer said so, was cut, or the connection was reset. */
function isExplained({ pending, wasReset }: TaggedConnection, last: RawMessage | undefined): boolean {
  return wasReset || pending !== '' || saysClose(last);
}

function saysClose(answer: RawMessage | undefined): boolean {
  return answer?.head.includes('\r\nConnection: close\r\n') === true;
}

function requestText(tag: string, body: string, random: () => number): string {
  const head = `${body === '' ? 'GET' : 'POST'} /${tag} HTTP/1.1\r\nHost: a.test\r\nX-Tag: ${tag}\r\n`;
  if (body === '') return `${head}\r\n`;
  const expect = random() < 0.03 ? 'Expect: 100-continue\r\n' : '';
  if (random() < 0.5) return `${head}${expect}Content-Length: ${body.length}\r\n\r\n${body}`;
  const chunked = `${body.length.toString(16)};ext\r\n${body}\r\n0\r\nT: u\r\n\r\n`;
  return `${head}${expect}Transfer-Encoding: chunked\r\n\r\n${chunked}`;
}

function upgradeText(tag: string): string {
  return (
    `GET /${tag} HTTP/1.1\r\nHost: a.test\r\nX-Tag: ${tag}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${sampleKey}\r\n\r\n`
  );
}
