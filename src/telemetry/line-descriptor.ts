import { closeSync, constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import type { TryWrite } from './line-writer.ts';

/** A file descriptor that takes lines without making anyone wait. */
export interface LineDescriptor {
  readonly tryWrite: TryWrite;
  close(): void;
}

/**
 * Makes a descriptor for lines of an open one, which stays as others expect it. A pipe or terminal is opened a second time as
 * one that does not block (Linux: `/proc/self/fd`). A file keeps its descriptor, whose position others write at too. All else,
 * as a socket, is written to through a thread of the pool, one write at a time.
 */
export function openLineDescriptor(descriptor: number): LineDescriptor {
  try {
    const stat = fstatSync(descriptor);
    if (stat.isFile()) return { tryWrite: writerTo(descriptor), close: () => {} };
    if (stat.isFIFO() || stat.isCharacterDevice()) return reopened(descriptor);
  } catch {
    // What cannot be opened again can still be written to.
  }
  return pooled(descriptor);
}

/** @throws where it cannot be opened, for example because it belongs to another user. */
function reopened(descriptor: number): LineDescriptor {
  const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
  const own = openSync(`/proc/self/fd/${descriptor}`, flags);
  return { tryWrite: writerTo(own), close: () => closeSync(own) };
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
    close: () => {},
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EINTR');
}
