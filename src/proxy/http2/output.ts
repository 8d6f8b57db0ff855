import { chunkBytes, type SendMemory } from '../send-memory.ts';
import type { WatchedSocket } from '../watched-socket.ts';
import { frameHeadBytes } from './frames.ts';

/** So much that a socket has not taken is enough: more waits with its streams, where it can still be cancelled. */
const fullBytes = 65_536;

/** Whose frames they are. */
export interface OutputOwner {
  /** What is gathered is about to leave; more may be added up to what `isFull` says. */
  beforeWrite(): void;
  /** The socket has taken what was given to it before. */
  afterWrite(): void;
  onBug(cause: unknown): void;
}

/**
 * Gathers the frames of one connection and hands them to its socket once per turn of the event loop, after everything that the
 * turn has brought: so the answers of many streams are one write, and one TLS record where they fit.
 */
export class Output {
  /** Where the next frame begins in `bytes`; whoever has made room writes there and moves it on. */
  at = 0;
  bytes: Buffer = nothing;
  /** Counts writes: what was added since the last one can still be changed. */
  batch = 1;
  readonly #socket: WatchedSocket;
  readonly #memory: SendMemory;
  readonly #owner: OutputOwner;
  /** What of `bytes` is not in a run begins here. */
  #start = 0;
  readonly #runs: Buffer[] = [];
  #runBytes = 0;
  /** Chunks that are full; the socket may still need them. */
  readonly #spent: Buffer[] = [];
  #inFlight = 0;
  #isScheduled = false;
  #isClosed = false;
  readonly #onTurn: () => void;
  readonly #onWritten: () => void;

  constructor(socket: WatchedSocket, memory: SendMemory, owner: OutputOwner) {
    this.#socket = socket;
    this.#memory = memory;
    this.#owner = owner;
    this.#onTurn = () => this.#turn();
    this.#onWritten = () => this.#written();
  }

  /** Bytes that the socket has not handed to the operating system, and those that it was not given yet. */
  get unsentBytes(): number {
    return this.#socket.writableLength + this.#runBytes + (this.at - this.#start);
  }

  get isFull(): boolean {
    return this.unsentBytes >= fullBytes;
  }

  /** False where more has to wait. A socket that has taken everything so far is given what was gathered, to make room for more. */
  hasRoom(): boolean {
    if (!this.isFull) return true;
    if (this.#socket.writableLength > 0) return false;
    this.write();
    return !this.isFull;
  }

  /** Makes room for `size` bytes in one piece and sees to it that they leave. */
  room(size: number): Buffer {
    if (!this.#isScheduled) this.schedule();
    if (this.bytes.length - this.at >= size) return this.bytes;
    this.#closeRun();
    if (this.bytes !== nothing) this.#spent.push(this.bytes);
    this.bytes = size > chunkBytes ? Buffer.allocUnsafeSlow(size) : this.#memory.takeChunk();
    this.at = 0;
    this.#start = 0;
    return this.bytes;
  }

  /** Writes a frame's head, for which there is room. */
  frameHead(length: number, type: number, flags: number, streamId: number): void {
    const { bytes, at } = this;
    bytes[at] = length >>> 16;
    bytes[at + 1] = length >>> 8;
    bytes[at + 2] = length;
    bytes[at + 3] = type;
    bytes[at + 4] = flags;
    bytes[at + 5] = streamId >>> 24;
    bytes[at + 6] = streamId >>> 16;
    bytes[at + 7] = streamId >>> 8;
    bytes[at + 8] = streamId;
    this.at = at + frameHeadBytes;
  }

  /** Adds bytes that nobody will change, without a copy of them. */
  add(bytes: Buffer): void {
    this.#closeRun();
    this.#runs.push(bytes);
    this.#runBytes += bytes.length;
  }

  /** Sees to it that `write` is called at the end of this turn. */
  schedule(): void {
    if (this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    setImmediate(this.#onTurn);
  }

  /** Hands all that was gathered to the socket. */
  write(): void {
    if (this.#isClosed) return;
    this.#owner.beforeWrite();
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return;
    if (this.at === this.#start && this.#runBytes === 0) return;
    this.batch++;
    this.#inFlight++;
    if (this.#runBytes === 0) {
      const piece = this.bytes.subarray(this.#start, this.at);
      this.#start = this.at;
      socket.write(piece, this.#onWritten);
    } else {
      this.#closeRun();
      socket.cork();
      const last = this.#runs.length - 1;
      for (let index = 0; index < last; index++) socket.write(this.#runs[index] ?? nothing);
      socket.write(this.#runs[last] ?? nothing, this.#onWritten);
      socket.uncork();
      this.#runs.length = 0;
      this.#runBytes = 0;
    }
    if (socket.writableLength === 0) this.#recycle();
  }

  /** Nothing is written any more; what was gathered is dropped. */
  close(): void {
    this.#isClosed = true;
    // A socket that is being destroyed may still read what it was given, so that memory is left to it.
    if (this.#inFlight === 0) this.#recycle();
    this.bytes = nothing;
    this.at = 0;
    this.#start = 0;
    this.#runs.length = 0;
    this.#runBytes = 0;
    this.#spent.length = 0;
  }

  #turn(): void {
    this.#isScheduled = false;
    try {
      this.write();
    } catch (cause) {
      this.#owner.onBug(cause);
    }
  }

  #written(): void {
    this.#inFlight--;
    if (this.#isClosed) return;
    if (this.#inFlight === 0 && this.#socket.writableLength === 0) this.#recycle();
    try {
      this.#owner.afterWrite();
    } catch (cause) {
      this.#owner.onBug(cause);
    }
  }

  #closeRun(): void {
    if (this.at === this.#start) return;
    this.#runs.push(this.bytes.subarray(this.#start, this.at));
    this.#runBytes += this.at - this.#start;
    this.#start = this.at;
  }

  /** The socket has taken everything, so that no memory of it is needed any more. */
  #recycle(): void {
    for (const chunk of this.#spent) this.#memory.giveChunk(chunk);
    this.#spent.length = 0;
    if (this.at !== this.#start || this.#runs.length > 0 || this.bytes === nothing) return;
    this.#memory.giveChunk(this.bytes);
    this.bytes = nothing;
    this.at = 0;
    this.#start = 0;
  }
}

const nothing = Buffer.alloc(0);
