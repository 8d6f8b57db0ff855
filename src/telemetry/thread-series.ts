import type { MetricRow } from '../model/thread-message.ts';
import { viewOf } from './counter-cells.ts';
import { cellsOf, type MetricFamily, metricFamilies, metricFamily } from './metric-families.ts';
import { formatHead, formatLabels, formatSeries } from './text-format.ts';

interface Thread {
  readonly buffer: SharedArrayBuffer;
  /** As long as the buffer was when the last rows came. */
  cells: Float64Array;
  /** Whose row begins at a cell. */
  readonly series: Map<number, Series>;
}

interface Series {
  readonly family: string;
  readonly labels: string;
  /** The route or service whose going ends the series. */
  readonly owner: string | null;
  /** The first cell of its row in each thread that has one. */
  readonly sources: Map<Thread, number>;
  /** What threads had counted that are gone; null where none is. */
  retired: number[] | null;
}

/** Number of series that are written between two turns of the event loop. */
const seriesPerTurn = 1000;

/**
 * The series that proxy threads count, added up over threads. It renders them itself: the label text of a series is made once,
 * so that a scrape of very many costs little, and it lets other work run in between.
 */
export class ThreadSeries {
  readonly #threads = new Map<number, Thread>();
  /** By family, then by label text. */
  readonly #families = new Map<string, Map<string, Series>>();
  readonly #owned = new Map<string, Set<Series>>();

  addThread(id: number, buffer: SharedArrayBuffer): void {
    this.retireThread(id);
    this.#threads.set(id, { buffer, cells: viewOf(buffer), series: new Map() });
  }

  /** Takes rows that a thread began. Those of a thread or a family that is not known are left out. */
  addRows(id: number, rows: readonly MetricRow[]): void {
    const thread = this.#threads.get(id);
    if (thread === undefined) return;
    if (thread.cells.byteLength < thread.buffer.byteLength) thread.cells = viewOf(thread.buffer);
    for (const row of rows) {
      const family = metricFamily(row.family);
      if (family === undefined || family.counted !== 'thread') continue;
      const series = this.#seriesOf(row, family);
      thread.series.get(row.cell)?.sources.delete(thread);
      thread.series.set(row.cell, series);
      series.sources.set(thread, row.cell);
    }
  }

  /** Keeps what the thread had counted, and forgets its gauges. */
  retireThread(id: number): void {
    const thread = this.#threads.get(id);
    if (thread === undefined) return;
    this.#threads.delete(id);
    for (const [cell, series] of thread.series) {
      if (series.sources.get(thread) !== cell) continue;
      series.sources.delete(thread);
      const family = metricFamily(series.family);
      if (family === undefined || family.type === 'gauge') continue;
      series.retired = addCells(series.retired ?? new Array(cellsOf(family)).fill(0), thread.cells, cell);
    }
  }

  /** Drops the series of routes and services that are in none of the sets. */
  retainOwners(isLive: (label: 'route' | 'service', name: string) => boolean): void {
    for (const [owner, owned] of this.#owned) {
      const [label, name] = splitOwner(owner);
      if (isLive(label, name)) continue;
      this.#owned.delete(owner);
      for (const series of owned) this.#drop(series);
    }
  }

  /** The text of all series, in pieces. */
  async *render(): AsyncGenerator<string> {
    for (const [name, family] of Object.entries<MetricFamily>(metricFamilies)) {
      const all = this.#families.get(name);
      if (all === undefined || all.size === 0) continue;
      let piece = formatHead(name, family);
      let count = 0;
      for (const series of all.values()) {
        piece += formatSeries(name, family, series.labels, totalsOf(series, family));
        if (++count % seriesPerTurn !== 0) continue;
        yield piece;
        piece = '';
        await new Promise(setImmediate);
      }
      yield piece;
    }
  }

  #seriesOf(row: MetricRow, family: MetricFamily): Series {
    let all = this.#families.get(row.family);
    if (all === undefined) {
      all = new Map();
      this.#families.set(row.family, all);
    }
    const labels = formatLabels(family.labels, row.labels);
    let series = all.get(labels);
    if (series === undefined) {
      series = { family: row.family, labels, owner: ownerOf(row), sources: new Map(), retired: null };
      all.set(labels, series);
      this.#own(series);
    }
    return series;
  }

  #own(series: Series): void {
    if (series.owner === null) return;
    const owned = this.#owned.get(series.owner);
    if (owned === undefined) this.#owned.set(series.owner, new Set([series]));
    else owned.add(series);
  }

  #drop(series: Series): void {
    this.#families.get(series.family)?.delete(series.labels);
    for (const [thread, cell] of series.sources) {
      if (thread.series.get(cell) === series) thread.series.delete(cell);
    }
  }
}

function ownerOf({ labels }: MetricRow): string | null {
  if (labels.route !== undefined) return `route ${labels.route}`;
  return labels.service === undefined ? null : `service ${labels.service}`;
}

function splitOwner(owner: string): readonly ['route' | 'service', string] {
  return owner.startsWith('route ') ? ['route', owner.slice(6)] : ['service', owner.slice(8)];
}

function totalsOf(series: Series, family: MetricFamily): number[] {
  let totals = series.retired?.slice() ?? new Array<number>(cellsOf(family)).fill(0);
  for (const [thread, cell] of series.sources) totals = addCells(totals, thread.cells, cell);
  return totals;
}

function addCells(totals: number[], cells: Float64Array, cell: number): number[] {
  for (let index = 0; index < totals.length; index++) {
    totals[index] = (totals[index] ?? 0) + (cells[cell + index] ?? 0);
  }
  return totals;
}
