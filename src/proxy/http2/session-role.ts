import type { Stream } from './stream.ts';

/** What a `Session` asks of the role that it has, a client's or a server's, and tells it. */
export abstract class SessionRole {
  /** A whole header block has come, for whichever stream; it has to be decoded in any case. `bytes` are valid during the call only. */
  protected abstract onBlock(id: number, flags: number, bytes: Buffer, start: number, end: number): void;
  /** True where no frame can be on this stream yet, because nobody has opened it. */
  protected abstract isUnopened(id: number): boolean;
  /** The peer opens no more streams, or takes none beyond `lastId`. */
  protected abstract onGoAway(lastId: number, code: number): void;
  /** Says the highest stream of the peer's that was worked on. */
  protected abstract lastPeerId(): number;
  /** A header block has begun that needs more frames; or it is whole. */
  protected abstract onBlockHeld(isHeld: boolean): void;
  /** The connection ends for `code`; streams are to be ended without sending anything. */
  protected abstract onFailed(code: number): void;
  /** A piece that was read has been told of. */
  protected abstract onReadEnd(): void;
  /** SETTINGS have come for the first time, or again. */
  protected abstract onSettings(): void;
  abstract onLocalEnd(stream: Stream): void;
  abstract onWaiting(isWaiting: boolean): void;
  abstract onMoved(): void;
  abstract onConnect(): void;
  abstract onEnd(): void;
  abstract onFinish(): void;
  abstract onGone(): void;
  abstract onBug(cause: unknown): void;
}
