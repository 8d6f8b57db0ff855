/** Writes bytes and says how many it took; -1 where it would have to wait. Throws where it never will take more. */
export type TryWrite = (bytes: Uint8Array) => number;

export interface LineWriterOptions {
  readonly tryWrite: TryWrite;
  /** The line, with its line feed, that says how many lines were lost because the reader was too slow. */
  readonly lostLine: (count: number) => string;
  /** Called once, when writing has failed for good; later lines are dropped. */
  readonly onBroken?: (error: unknown) => void;
  /** Bytes that wait at most; 1 MiB where absent. */
  readonly maxWaitingBytes?: number;
  /** How much of several lines one write takes: of so many bytes it is never torn by the writes of other threads. */
  readonly pieceBytes?: number;
  /**
   * Lines may end with spaces: whole pieces are filled up to their length with them and leave together. A pipe takes or leaves
   * such writes piece by piece, where a piece is a page (Linux), so that no line is torn either.
   */
  readonly fills?: boolean;
}

/** How long lines are gathered, in milliseconds. */
const gatherMs = 20;
/** How long a reader is left alone that took something, and the most for one that takes nothing, in milliseconds. */
const firstRetryMs = 1;
const lastRetryMs = 20;
/** Lines are written at once when there are so many bytes of them. */
const fullBytes = 64 * 1024;
/** A write to a pipe of no more bytes is never torn by the writes of other threads (POSIX PIPE_BUF). */
export const pipePieceBytes = 4096;
const space = 0x20;
const lineFeed = 0x0a;

/**
 * Writes lines in batches without ever blocking the event loop. What a slow reader does not take in time is dropped and
 * counted, and a line says how much; no line is torn unless a single one is longer than a piece.
 */
export class LineWriter {
  readonly #options: LineWriterOptions;
  readonly #maxWaiting: number;
  readonly #pieceBytes: number;
  readonly #fills: boolean;
  #waiting: string[] = [];
  #waitingBytes = 0;
  /** Writes to come, each of whole lines; the first may be done in part. */
  #pieces: Uint8Array[] = [];
  #timer: NodeJS.Timeout | null = null;
  #retryMs = firstRetryMs;
  #lost = 0;
  #state: 'open' | 'broken' | 'closed' = 'open';

  constructor(options: LineWriterOptions) {
    this.#options = options;
    this.#maxWaiting = options.maxWaitingBytes ?? 1024 * 1024;
    this.#pieceBytes = options.pieceBytes ?? pipePieceBytes;
    this.#fills = options.fills ?? false;
  }

  /** Lines dropped that no line tells of yet. */
  get lost(): number {
    return this.#lost;
  }

  /** Takes one line with its line feed. */
  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#state !== 'open' || this.#waitingBytes + bytes > this.#maxWaiting) {
      this.#lost++;
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += bytes;
    if (this.#pieces.length === 0 && this.#waitingBytes >= fullBytes) this.#flush();
    else this.#later(gatherMs);
  }

  /** Writes what waits, as far as the reader takes it within `timeoutMs`, and takes no more lines. */
  async close(timeoutMs = 1000): Promise<void> {
    if (this.#state === 'closed') return;
    for (
      let waited = 0;
      this.#state === 'open' && !this.#flush() && waited < timeoutMs;
      waited += lastRetryMs
    ) {
      await new Promise((resolve) => setTimeout(resolve, lastRetryMs));
    }
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#state = 'closed';
  }

  #later(milliseconds: number): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#flush();
    }, milliseconds);
    // The process must not live on for its log; close() writes what waits.
    this.#timer.unref();
  }

  /** True when nothing waits any more. */
  #flush(): boolean {
    try {
      while (this.#pieces.length > 0 || this.#takePieces()) {
        if (this.#writeFirst()) continue;
        this.#later(this.#retryMs);
        this.#retryMs = Math.min(lastRetryMs, this.#retryMs * 2);
        return false;
      }
      return true;
    } catch (error) {
      this.#state = 'broken';
      this.#lost += this.#waiting.length + this.#pieces.reduce((sum, piece) => sum + countLines(piece), 0);
      this.#waiting = [];
      this.#pieces = [];
      this.#options.onBroken?.(error);
      return true;
    }
  }

  #writeFirst(): boolean {
    const piece = this.#pieces[0];
    if (piece === undefined) return true;
    const written = this.#options.tryWrite(piece);
    if (written <= 0) return false;
    this.#retryMs = firstRetryMs;
    this.#waitingBytes -= written;
    if (written < piece.length) this.#pieces[0] = piece.subarray(written);
    else this.#pieces.shift();
    return true;
  }

  /** Joins the lines that wait into pieces; false where none wait. */
  #takePieces(): boolean {
    if (this.#lost > 0) {
      const line = this.#options.lostLine(this.#lost);
      this.#lost = 0;
      this.#waiting.push(line);
      this.#waitingBytes += Buffer.byteLength(line);
    }
    if (this.#waiting.length === 0) return false;
    this.#pieces = this.#fills
      ? fillPieces(joinLines(this.#waiting, this.#pieceBytes), this.#pieceBytes)
      : joinLines(this.#waiting, this.#pieceBytes);
    this.#waiting = [];
    this.#waitingBytes = this.#pieces.reduce((sum, piece) => sum + piece.length, 0);
    return true;
  }
}

function countLines(piece: Uint8Array): number {
  let count = 0;
  for (const byte of piece) if (byte === lineFeed) count++;
  return count;
}

/** Pieces of whole lines, each as long as allowed; a line that is longer stands alone. */
function joinLines(lines: readonly string[], pieceBytes: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let text = '';
  let bytes = 0;
  for (const line of lines) {
    const length = Buffer.byteLength(line);
    if (bytes > 0 && bytes + length > pieceBytes) {
      pieces.push(Buffer.from(text));
      text = '';
      bytes = 0;
    }
    text += line;
    bytes += length;
  }
  if (bytes > 0) pieces.push(Buffer.from(text));
  return pieces;
}

/** Makes one write of several pieces, each filled with spaces before its last line feed; the last piece stays as it is. */
function fillPieces(pieces: Uint8Array[], pieceBytes: number): Uint8Array[] {
  const last = pieces.at(-1);
  if (last === undefined || pieces.length < 3 || pieces.some(({ length }) => length > pieceBytes))
    return pieces;
  const filled = Buffer.alloc((pieces.length - 1) * pieceBytes, space);
  for (let index = 0; index < pieces.length - 1; index++) {
    const piece = pieces[index] ?? last;
    filled.set(piece.subarray(0, -1), index * pieceBytes);
    filled[(index + 1) * pieceBytes - 1] = lineFeed;
  }
  return [filled, last];
}
