import { readFileSync } from 'node:fs';

/**
 * The TCP connections of 127.0.0.1 that a process holds at a port of its own, by the port of their peer: /proc/net/tcp
 * (proc(5)).
 */
export function heldConnections(port: number): readonly number[] {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const peers: number[] = [];
  for (const line of readFileSync('/proc/net/tcp', 'latin1').split('\n')) {
    const fields = line.trim().split(/\s+/);
    // 0A listens; without an inode no process has it any more.
    if (fields[1] !== local || fields[3] === '0A' || fields[9] === '0') continue;
    peers.push(Number.parseInt(fields[2]?.split(':')[1] ?? '0', 16));
  }
  return peers;
}

/** How long connections were held, seen by looking again and again. */
export class LifeWatch {
  readonly #port: number;
  readonly #ignored: ReadonlySet<number>;
  readonly #seen = new Map<number, { first: number; last: number }>();

  constructor(port: number, ignored: Iterable<number>) {
    this.#port = port;
    this.#ignored = new Set(ignored);
  }

  /** Looks once; gives how many are held now. */
  look(): number {
    const now = performance.now();
    let open = 0;
    for (const peer of heldConnections(this.#port)) {
      if (this.#ignored.has(peer)) continue;
      open++;
      const life = this.#seen.get(peer);
      if (life === undefined) this.#seen.set(peer, { first: now, last: now });
      else life.last = now;
    }
    return open;
  }

  /** In seconds, shortest first; each may be wrong by the time between two looks. */
  lives(): readonly number[] {
    return [...this.#seen.values()]
      .map(({ first, last }) => (last - first) / 1_000)
      .toSorted((a, b) => a - b);
  }
}
