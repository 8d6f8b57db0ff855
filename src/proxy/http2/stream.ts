import { ByteQueue } from './byte-queue.ts';

/**
 * What both ends of HTTP/2 have of a stream: its windows, what waits to be sent on it, and which sides have ended. Codecs build on
 * it. One object may serve one stream after the other.
 */
export abstract class Stream {
  /** 0 where it is no stream now. */
  id = 0;
  /** Bytes that the peer takes now; below 0 where it has made its windows smaller. */
  sendWindow = 0;
  /** Bytes that the peer may send now. */
  receiveWindow = 0;
  /** Bytes that were used and that the peer has not been told of. */
  owed = 0;
  /** The peer has sent END_STREAM. */
  isRemoteEnded = false;
  /** Our END_STREAM is among the bytes that leave. */
  isLocalEnded = false;
  /** Body bytes that no window has room for, or for which it is not their turn. */
  readonly queue = new ByteQueue();
  /** It stands in the line of those that wait to send. */
  isQueued = false;
  /** END_STREAM follows what waits. */
  endsAfterQueue = false;
  /** Header lines that are to follow what waits, with END_STREAM; empty for none. */
  trailers = '';
  /** When bytes of it last left, or began to wait; on the clock of `Deadlines.nowMs`. */
  movedMs = 0;
  /** Where its last frame stands, as long as that can be changed: see `Output.batch`. */
  lastFrameBatch = 0;
  lastFrameBytes: Buffer = nothing;
  lastFrameAt = 0;

  /** Begins anew as another stream. */
  protected begin(id: number, sendWindow: number, receiveWindow: number): void {
    this.id = id;
    this.sendWindow = sendWindow;
    this.receiveWindow = receiveWindow;
    this.owed = 0;
    this.isRemoteEnded = false;
    this.isLocalEnded = false;
    this.endsAfterQueue = false;
    this.trailers = '';
    this.lastFrameBatch = 0;
    this.lastFrameBytes = nothing;
  }

  /** Bytes of the peer's body, to be accounted for with `Session.consumed`. `ends` where its end comes with them. */
  abstract onData(bytes: Buffer, start: number, end: number, ends: boolean): void;
  /** The peer has sent all of its message. */
  abstract onRemoteEnd(): void;
  /** The last of what was read in this turn has been told of. */
  abstract onReadEnd(): void;
  /** All that waited has left. */
  abstract onQueueEmpty(): void;
  /** The stream was reset, by either side, or its connection is gone; it is no longer known. `code` is an error code. */
  abstract onReset(code: number): void;
  /** Both sides have ended as they should; it is no longer known. */
  abstract onClosed(): void;
}

const nothing = Buffer.alloc(0);
