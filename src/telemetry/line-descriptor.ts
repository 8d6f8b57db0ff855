import { closeSync, constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import { pipePieceBytes, type TryWrite } from './line-writer.ts';

/** A file descriptor that takes lines without making anyone wait. */
export interface LineDescriptor {
  readonly tryWrite: TryWrite;
  /** A write of no more bytes is not torn by others. */
  readonly pieceBytes: number;
  /** A write of several pieces of this length, each full, is taken or left piece by piece. */
  readonly takesPages: boolean;
  /** Resolves when all that was taken has been written, or cannot be within a second. */
  close(): Promise<void>;
}

/** What a file takes in one write; nothing tears it where all others append too. */
const filePieceBytes = 64 * 1024;
/** A socket of the same machine takes no more in one piece (Linux, `UNIX_SKB_FRAGS_SZ`). */
const socketPieceBytes = 32 * 1024;
const longestWaitMs = 1000;
const waitMs = 10;

/**
 * Makes a descriptor for lines of an open one, which stays as others expect it. A pipe or terminal is opened a second time as
 * one that does not block (Linux: `/proc/self/fd`). A file keeps its descriptor, whose position others write at too. All else,
 * as a socket, is written to through a thread of the pool, one write at a time.
 */
export function openLineDescriptor(descriptor: number): LineDescriptor {
  try {
    const stat = fstatSync(descriptor);
    if (stat.isFile()) {
      const tryWrite = writerTo(descriptor);
      return { tryWrite, pieceBytes: filePieceBytes, takesPages: false, close: async () => {} };
    }
    if (stat.isFIFO() || stat.isCharacterDevice()) return reopened(descriptor, stat.isFIFO());
  } catch {
    // What cannot be opened again can still be written to.
  }
  return pooled(descriptor);
}

/** @throws where it cannot be opened, for example because it belongs to another user. */
function reopened(descriptor: number, isPipe: boolean): LineDescriptor {
  const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
  const own = openSync(`/proc/self/fd/${descriptor}`, flags);
  return {
    tryWrite: writerTo(own),
    pieceBytes: pipePieceBytes,
    takesPages: isPipe,
    close: async () => closeSync(own),
  };
}

function writerTo(descriptor: number): TryWrite {
  return (bytes) => {
    try {
      return writeSync(descriptor, bytes);
    } catch (error) {
      if (isBusy(error)) return -1;
      throw error;
    }
  };
}

function pooled(descriptor: number): LineDescriptor {
  let busy = false;
  let failure: Error | null = null;
  const send = (bytes: Uint8Array): void => {
    busy = true;
    write(descriptor, bytes, (error, written) => {
      busy = false;
      if (error !== null && !isBusy(error)) failure = error;
      else if (error !== null) setTimeout(send, 20, bytes).unref();
      else if (written < bytes.length) send(bytes.subarray(written));
    });
  };
  return {
    tryWrite: (bytes) => {
      if (failure !== null) throw failure;
      if (busy) return -1;
      send(bytes);
      return bytes.length;
    },
    pieceBytes: socketPieceBytes,
    takesPages: false,
    close: async () => {
      for (let waited = 0; busy && waited < longestWaitMs; waited += waitMs) {
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EINTR');
}
