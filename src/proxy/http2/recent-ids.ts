/**
 * The last streams of a connection that ended in a certain way. What was sent before their end was known may still come, and is
 * judged by how they ended.
 */
export class RecentIds {
  readonly #most: number;
  /** A ring once it is full. */
  readonly #ids: number[] = [];
  #next = 0;

  /** `most` are remembered; the oldest is forgotten first. */
  constructor(most: number) {
    this.#most = most;
  }

  add(id: number): void {
    this.#ids[this.#next] = id;
    this.#next = this.#next + 1 === this.#most ? 0 : this.#next + 1;
  }

  has(id: number): boolean {
    return this.#ids.includes(id);
  }
}
