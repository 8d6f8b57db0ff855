import { createHash } from 'node:crypto';
import { headerOf, type RawMessage, splitMessages } from './messages.ts';
import type { Script } from './recorder.ts';
import { RawSender } from './sender.ts';

/** Numbers from a seed, so that a run that failed can be run again (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What became of all tagged requests; `crossed` and `wrong` have to be 0. */
export interface LoadResult {
  answered: number;
  /** Refused by the proxy with a code that fits an upstream that broke. */
  refused: number;
  aborted: number;
  /** Cut short by an upstream that broke. */
  cut: number;
  /** Answers with the tag of another request. */
  crossed: number;
  /** Answers that no fault explains. */
  wrong: string[];
}

function hashOf(text: string): string {
  return createHash('sha1').update(text, 'latin1').digest('hex');
}

/**
 * Answers a tagged request with its tag and the hash of its body, in every framing there is, and now and then breaks: resets, answers
 * before the body is there, sends bytes behind the answer or while nobody asked.
 */
export function taggedScript(random: () => number): Script {
  return (request: RawMessage, { socket }) => {
    const tag = headerOf(request, 'X-Tag') ?? 'none';
    const text = `${tag} ${hashOf(request.body)} ${'x'.repeat(Math.floor(random() * 3000))}`;
    const head = `HTTP/1.1 200 OK\r\nX-Tag: ${tag}\r\n`;
    const dice = random();
    if (dice < 0.03) socket.resetAndDestroy();
    else if (dice < 0.05) socket.end(`${head}Content-Length: ${text.length + 10}\r\n\r\n${text}`);
    else if (dice < 0.07)
      return `${head}Content-Length: ${text.length}\r\n\r\n${text}HTTP/1.1 200 OK\r\nX-Tag: stray\r\n\r\n`;
    else if (dice < 0.1) socket.end(`${head}\r\n${text}`);
    else if (dice < 0.4)
      return `${head}Transfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
    else if (dice < 0.42) {
      setImmediate(
        () =>
          socket.destroyed || socket.write('HTTP/1.1 200 OK\r\nX-Tag: unasked\r\nContent-Length: 0\r\n\r\n'),
      );
      return `${head}Content-Length: ${text.length}\r\n\r\n${text}`;
    } else return `${head}Content-Length: ${text.length}\r\n\r\n${text}`;
    return undefined;
  };
}

interface Sent {
  readonly tag: string;
  readonly body: string;
}

/** Sends tagged requests from one client after the other until `count` have been sent. Clients leave now and then. */
export async function runTaggedClient(
  port: number,
  count: number,
  name: string,
  random: () => number,
): Promise<LoadResult> {
  const result: LoadResult = { answered: 0, refused: 0, aborted: 0, cut: 0, crossed: 0, wrong: [] };
  let sent = 0;
  while (sent < count) {
    const batch: Sent[] = [];
    const size = Math.min(count - sent, 1 + Math.floor(random() * 8));
    const sender = await RawSender.connect(port);
    for (let index = 0; index < size; index++) {
      const tag = `${name}-${sent + index}`;
      const body = random() < 0.5 ? '' : tag.repeat(1 + Math.floor(random() * 40));
      batch.push({ tag, body });
      sender.send(requestText(tag, body, random() < 0.5));
    }
    sent += size;
    if (random() < 0.05) {
      await new Promise((resolve) => setImmediate(resolve));
      if (random() < 0.5) sender.reset();
      else sender.close();
      result.aborted += size;
      continue;
    }
    await waitForAnswers(sender, size);
    judge(sender.received, batch, result);
    sender.close();
  }
  return result;
}

function requestText(tag: string, body: string, isChunked: boolean): string {
  const head = `${body === '' ? 'GET' : 'POST'} /${tag} HTTP/1.1\r\nHost: a.test\r\nX-Tag: ${tag}\r\n`;
  if (body === '') return `${head}\r\n`;
  if (!isChunked) return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
  return `${head}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)};ext\r\n${body}\r\n0\r\nT: u\r\n\r\n`;
}

async function waitForAnswers(sender: RawSender, count: number): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!sender.isOver && splitMessages(sender.received).messages.length < count) {
    if (performance.now() > deadline)
      throw new Error(`no answer: ${JSON.stringify(sender.received.slice(-200))}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function judge(received: string, batch: readonly Sent[], result: LoadResult): void {
  const { messages, rest, fault } = splitMessages(received);
  if (fault !== null) result.wrong.push(fault);
  for (const [index, { tag, body }] of batch.entries()) {
    const message = messages[index];
    if (message === undefined) {
      result.cut++;
      continue;
    }
    const reason = headerOf(message, 'X-Fairlead-Reason');
    if (reason === 'UpstreamReset' || reason === 'UpstreamBadResponse') result.refused++;
    else if (headerOf(message, 'X-Tag') !== tag) result.crossed++;
    else if (!message.body.startsWith(`${tag} ${hashOf(body)} `))
      result.wrong.push(message.body.slice(0, 100));
    else result.answered++;
  }
  // What is left is the start of one answer that was cut short, so that the connection ended.
  if (messages.length > batch.length) result.wrong.push(`more answers than requests: ${rest.slice(0, 100)}`);
}
