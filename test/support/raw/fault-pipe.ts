import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How one direction of a relayed connection is bent. */
export interface PipeShape {
  /** Most bytes of one write; each has a turn of the event loop of its own. */
  readonly sliceBytes?: number;
  /** Milliseconds between two slices. */
  readonly everyMs?: number;
  /** Milliseconds by which every byte comes late; asked once per read, and order is kept. */
  readonly delay?: () => number;
  /** Milliseconds by which the end comes late. */
  readonly closeMs?: number;
  /** After so many bytes, 0 as soon as any come, `onLimit` is called, and nothing passes any more, not even the end. */
  readonly limit?: number;
  readonly onLimit?: () => void;
}

interface Piece {
  readonly bytes: Buffer;
  /** When it may pass, on the clock of `performance.now`. */
  readonly dueMs: number;
}

/** Above this it reads no more, so that a slow receiver holds its sender back. */
const mostHeld = 262_144;

/** Passes the bytes of one socket to another, bent. Ends by itself when either of them closes. */
export class FaultPipe {
  /** Bytes that have passed. */
  passed = 0;
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #shape: PipeShape;
  readonly #pieces: Piece[] = [];
  readonly #stopped = new AbortController();
  #held = 0;
  #hasEnded = false;
  #wake: (() => void) | null = null;

  constructor(from: Socket, to: Socket, shape: PipeShape) {
    this.#from = from;
    this.#to = to;
    this.#shape = shape;
    from.on('data', (chunk: Buffer) => this.#take(chunk));
    from.on('end', () => {
      this.#hasEnded = true;
      this.#wake?.();
    });
    to.on('drain', () => this.#wake?.());
    for (const socket of [from, to]) socket.on('close', () => this.#stop());
    this.#run().catch(() => this.#stop());
  }

  #take(chunk: Buffer): void {
    const delay = this.#shape.delay?.() ?? 0;
    const before = this.#pieces.at(-1)?.dueMs ?? 0;
    this.#pieces.push({ bytes: chunk, dueMs: Math.max(performance.now() + delay, before) });
    this.#held += chunk.length;
    if (this.#held > mostHeld) this.#from.pause();
    this.#wake?.();
  }

  #stop(): void {
    this.#stopped.abort();
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const { limit = Number.POSITIVE_INFINITY, onLimit, closeMs = 0 } = this.#shape;
    while (!this.#isStopped) {
      const piece = this.#pieces.shift();
      if (piece === undefined) {
        if (this.#hasEnded) break;
        await this.#untilWoken();
        continue;
      }
      await this.#sleep(piece.dueMs - performance.now());
      const left = limit - this.passed;
      await this.#write(piece.bytes.subarray(0, left));
      if (piece.bytes.length >= left) return onLimit?.();
    }
    await this.#sleep(closeMs);
    if (!this.#isStopped) this.#to.end();
  }

  get #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  async #write(bytes: Buffer): Promise<void> {
    const { sliceBytes = bytes.length, everyMs } = this.#shape;
    for (let at = 0; at < bytes.length && !this.#isStopped; at += sliceBytes) {
      const slice = bytes.subarray(at, at + sliceBytes);
      this.#to.write(slice);
      this.passed += slice.length;
      while (this.#to.writableNeedDrain && !this.#isStopped) await this.#untilWoken();
      if (everyMs !== undefined) await this.#sleep(everyMs);
      else if (sliceBytes < bytes.length) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#held -= bytes.length;
    if (this.#held <= mostHeld) this.#from.resume();
  }

  async #sleep(ms: number): Promise<void> {
    if (ms <= 0 || this.#isStopped) return;
    await sleep(ms, undefined, { signal: this.#stopped.signal }).catch(() => {});
  }

  #untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
    });
  }
}
