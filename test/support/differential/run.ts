import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { RawSender } from '../raw/sender.ts';
import { until } from '../raw/until.ts';
import { answerBytes, type DifferentialCase, requestBytes } from './cases.ts';
import { readMessage, type WireMessage } from './messages.ts';

/** What the origin got of one request, and the client of its answer. */
export interface Seen {
  readonly request: WireMessage;
  readonly answer: WireMessage;
}

/** Records every request by the number in its X-Case line, and gives it the answer of its case. */
export class Origin {
  readonly #server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  readonly #cases: readonly DifferentialCase[];
  readonly #sockets = new Set<Socket>();
  requests = new Map<number, WireMessage>();
  readonly faults: string[] = [];

  constructor(cases: readonly DifferentialCase[]) {
    this.#cases = cases;
  }

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    let pending = '';
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      pending += chunk.toString('latin1');
      try {
        for (let message = readMessage(pending); message !== null; message = readMessage(pending)) {
          pending = pending.slice(message.length);
          this.#answer(socket, message);
        }
      } catch (cause) {
        this.faults.push(`${String(cause)}: ${JSON.stringify(pending.slice(0, 300))}`);
        socket.destroy();
      }
    });
  }

  #answer(socket: Socket, message: WireMessage): void {
    const id = Number(message.fields.find(({ key }) => key === 'x-case')?.value);
    const example = this.#cases[id];
    if (example === undefined || this.requests.has(id))
      throw new Error(`request ${id} came twice or unasked`);
    this.requests.set(id, message);
    const { bytes, ends } = answerBytes(example);
    socket.write(Buffer.from(bytes, 'latin1'));
    if (ends) socket.end();
  }
}

/** A proxy's port, and how many requests it is asked over one connection. */
export interface Contender {
  readonly port: number;
  readonly perConnection: number;
}

/** Sends all cases through a proxy, over several connections at a time. */
export async function runCases(
  cases: readonly DifferentialCase[],
  { port, perConnection }: Contender,
  origin: Origin,
): Promise<Map<number, Seen>> {
  origin.requests = new Map();
  const seen = new Map<number, Seen>();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < cases.length) {
      const sender = await RawSender.connect(port);
      let read = 0;
      for (let count = 0; count < perConnection && next < cases.length && !sender.isOver; count++) {
        const id = next++;
        const example = cases[id];
        if (example === undefined) return;
        sender.send(requestBytes(example, id));
        const { answer, length } = await answerOf(sender, read, example, id);
        read += length;
        const request = origin.requests.get(id);
        if (request === undefined)
          throw new Error(`case ${id} never reached the origin: ${answer.startLine}`);
        seen.set(id, { request, answer });
        const closes = answer.fields.some(({ key, value }) => key === 'connection' && value === 'close');
        if (closes || example.version === '1.0') break;
      }
      sender.close();
    }
  };
  await Promise.all(Array.from({ length: 12 }, worker));
  return seen;
}

/** The final answer, and how many bytes it took with the informational ones before it. */
async function answerOf(
  sender: RawSender,
  from: number,
  example: DifferentialCase,
  id: number,
): Promise<{ answer: WireMessage; length: number }> {
  const hasNoBody = (status: string): boolean =>
    example.method === 'HEAD' || status === '204' || status === '304' || status.startsWith('1');
  let found: { answer: WireMessage; length: number } | null = null;
  const look = (): boolean => {
    const wasOver = sender.isOver;
    let stream = sender.received.slice(from);
    let length = 0;
    for (;;) {
      const answer = readMessage(stream, hasNoBody, wasOver);
      if (answer === null) {
        if (wasOver) throw new Error(`case ${id}: cut short: ${JSON.stringify(stream.slice(0, 300))}`);
        return false;
      }
      length += answer.length;
      found = { answer, length };
      if (!answer.startLine.startsWith('HTTP/1.1 1')) return true;
      stream = stream.slice(answer.length);
    }
  };
  await until(look, `the answer to case ${id}`);
  if (found === null) throw new Error('not reached');
  return found;
}
