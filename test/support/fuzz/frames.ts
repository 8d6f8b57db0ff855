import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { waits } from '../http2/wire.ts';
import { RawRecorder } from '../raw/recorder.ts';
import { TestProxy } from '../raw/test-proxy.ts';
import { isAllowed, type Moment } from './frame-differences.ts';
import { FramePeer } from './frame-peer.ts';
import { type Step, talks } from './frame-steps.ts';

/** How a peer reacts to a step: with the end of the connection, of streams, or with nothing of the kind. */
type Reaction = 'fine' | 'connection' | `streams ${string}`;

const atOnce = 16;

/** A proxy, and `node:http2` as the other opinion of what clients send. */
export class FrameRig {
  /** How often what was allowed to differ did, by its reason. */
  readonly allowed = new Map<string, number>();
  readonly #proxy: TestProxy;
  readonly #recorder: RawRecorder;
  readonly #server: Http2Server;

  private constructor(proxy: TestProxy, recorder: RawRecorder, server: Http2Server) {
    this.#proxy = proxy;
    this.#recorder = recorder;
    this.#server = server;
  }

  static async start(): Promise<FrameRig> {
    const recorder = await RawRecorder.start({
      keeps: false,
      script: ({ startLine }) => (startLine.includes(waits) ? undefined : 'HTTP/1.1 204 No Content\r\n\r\n'),
    });
    const proxy = await TestProxy.start({ endpoints: [recorder.port], keepsOutcomes: false });
    const server = createServer();
    server.on('sessionError', () => {});
    server.on('stream', (stream: ServerHttp2Stream, headers) => {
      stream.on('error', () => {});
      if (headers[':path'] !== waits) stream.respond({ ':status': 204 }, { endStream: true });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FrameRig(proxy, recorder, server);
  }

  async close(): Promise<void> {
    for (const [why, count] of this.allowed) console.log(`  ${count} times: ${why}`);
    await this.#proxy.close();
    await this.#recorder.close();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Sends the same to both, step by step; then to the proxy once more, cut into pieces of these sizes. Returns what differs. */
  async compare(steps: readonly Step[], sizes: readonly number[]): Promise<string | null> {
    const ours = await FramePeer.connect(this.#proxy.port);
    const theirs = await FramePeer.connect((this.#server.address() as AddressInfo).port);
    const sent: Step[] = [];
    try {
      for (const step of steps) {
        const moment: Moment = { step, before: [...sent] };
        sent.push(step);
        const [our, their] = [await react(ours, step), await react(theirs, step)];
        if (our !== their) {
          const why = isAllowed(moment, our, their);
          if (why === null) return `step ${sent.length - 1}: ours ${our}, theirs ${their}`;
          this.allowed.set(why, (this.allowed.get(why) ?? 0) + 1);
          break;
        }
        if (our === 'connection') break;
      }
      const found = await this.#inOneGo(sent, sizes, ours);
      return found ?? this.#complaint();
    } finally {
      await ours.close();
      await theirs.close();
    }
  }

  /** What is read at once, or cut anywhere, means the same. */
  async #inOneGo(sent: readonly Step[], sizes: readonly number[], before: FramePeer): Promise<string | null> {
    // Whether an answer has come before the next frame is chance.
    if (sent.some(({ isAnswered }) => isAnswered)) return null;
    const peer = await FramePeer.connect(this.#proxy.port);
    try {
      // Acknowledgements of its own must not come between the pieces.
      await peer.settled();
      const bytes = Buffer.concat(sent.map((step) => step.bytes));
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const end = at + (sizes[turn % sizes.length] ?? bytes.length);
        peer.send(bytes.subarray(at, end));
        at = end;
        await new Promise((resolve) => setImmediate(resolve));
      }
      await peer.settled();
      const [found, wanted] = [shown(peer), shown(before)];
      return found === wanted ? null : `in one go: ${found}, step by step: ${wanted}`;
    } finally {
      await peer.close();
    }
  }

  #complaint(): string | null {
    const faults = [...this.#recorder.faults, ...this.#proxy.errors];
    return faults.length === 0 ? null : JSON.stringify(faults[0]);
  }
}

async function react(peer: FramePeer, step: Step): Promise<Reaction> {
  const before = new Set(peer.resets);
  peer.send(step.bytes);
  await peer.settled();
  if (step.isAnswered) await peer.answered(step.id);
  if (peer.isOver) return 'connection';
  const more = [...peer.resets].filter((id) => !before.has(id));
  return more.length === 0 ? 'fine' : `streams ${more.sort((a, b) => a - b).join(' ')}`;
}

function shown({ isOver, resets }: FramePeer): string {
  return `${isOver ? 'over' : 'goes on'}, reset ${[...resets].sort((a, b) => a - b).join(' ')}`;
}

/** Compares the talks of one seed, some at once; the first that goes wrong is returned with what was wrong. */
export async function searchFrames(
  rig: FrameRig,
  seed: number,
  count: number,
): Promise<{ input: string; difference: string } | null> {
  const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 3_000 })), {
    minLength: 1,
    maxLength: 5,
  });
  const trials = fc.sample(fc.tuple(talks, sizes), { seed, numRuns: count });
  let found: { input: string; difference: string } | null = null;
  const worker = async (): Promise<void> => {
    for (let trial = trials.pop(); trial !== undefined && found === null; trial = trials.pop()) {
      const [steps, pieces] = trial;
      const difference = await rig.compare(steps, pieces).catch(String);
      if (difference !== null) found = { input: described(steps), difference };
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return found;
}

/** Frames as `type/flags/stream/payload`. */
function described(steps: readonly Step[]): string {
  const one = ({ kind, flags, id, payload, bytes }: Step): string => {
    const more = bytes.length > payload.length + 9 ? `+${bytes.length - payload.length - 9}` : '';
    const text = payload.length > 400 ? `${payload.length}bytes` : payload.toString('hex');
    return `${kind}/${flags}/${id}/${text}${more}`;
  };
  return steps.map(one).join(' ');
}
