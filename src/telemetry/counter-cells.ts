import type { MetricRow } from '../model/thread-message.ts';
import { cellsOf, type MetricName, metricFamilies } from './metric-families.ts';

const bytesPerCell = Float64Array.BYTES_PER_ELEMENT;
const firstCells = 4096;
/** Enough for the rows of a million routes and services; address space only, until it is used. */
const mostCells = 32 * 1024 * 1024;
/** Takes what is counted once there is no room for more rows; nobody reads it. */
const scratchCells = 64;

/** Makes the shared memory that one proxy thread counts in. It grows as rows are added. */
export function createCounterBuffer(): SharedArrayBuffer {
  return new SharedArrayBuffer(firstCells * bytesPerCell, { maxByteLength: mostCells * bytesPerCell });
}

/** The cells of a counter buffer as it is now. A view of fixed length: one that follows the buffer is many times slower. */
export function viewOf(buffer: SharedArrayBuffer): Float64Array {
  return new Float64Array(buffer, 0, Math.floor(buffer.byteLength / bytesPerCell));
}

/** Hands out the cells of a counter buffer and takes them back. The rows given out are told in batches. */
export class CounterCells {
  #cells: Float64Array;
  readonly #buffer: SharedArrayBuffer;
  readonly #onRows: (rows: MetricRow[]) => void;
  /** First cells of rows that were given back, by their number of cells. */
  readonly #free = new Map<number, number[]>();
  #next = scratchCells;
  #pending: MetricRow[] = [];

  constructor(buffer: SharedArrayBuffer, onRows: (rows: MetricRow[]) => void) {
    this.#buffer = buffer;
    this.#cells = viewOf(buffer);
    this.#onRows = onRows;
  }

  /** All cells there are now; to be asked for again after `allocate`. */
  get cells(): Float64Array {
    return this.#cells;
  }

  /** The first cell of a new row, all zero; that of the scratch row where the buffer is full. */
  allocate(family: MetricName, labels: Readonly<Record<string, string>>): number {
    const size = cellsOf(metricFamilies[family]);
    const cell = this.#free.get(size)?.pop() ?? this.#extend(size);
    if (cell === 0) return 0;
    this.cells.fill(0, cell, cell + size);
    if (this.#pending.length === 0) queueMicrotask(() => this.flush());
    this.#pending.push({ family, labels, cell });
    return cell;
  }

  /** Takes back a row; whoever reads it learns so by another row beginning at the same cell, or by the plan. */
  release(family: MetricName, cell: number): void {
    if (cell === 0) return;
    const size = cellsOf(metricFamilies[family]);
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [cell]);
    else free.push(cell);
    if (this.#pending.length > 0) this.#pending = this.#pending.filter((row) => row.cell !== cell);
  }

  /** Tells the rows that were not told yet. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const rows = this.#pending;
    this.#pending = [];
    this.#onRows(rows);
  }

  #extend(size: number): number {
    const end = this.#next + size;
    if (end > mostCells) return 0;
    if (end > this.cells.length) {
      this.#buffer.grow(Math.min(mostCells, Math.max(end, this.cells.length * 2)) * bytesPerCell);
      this.#cells = viewOf(this.#buffer);
    }
    const cell = this.#next;
    this.#next = end;
    return cell;
  }
}
