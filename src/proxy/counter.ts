/** A number of things that are open, and the moment at which none is. */
export class Counter {
  #value = 0;
  readonly #waiting = new Set<() => void>();

  get value(): number {
    return this.#value;
  }

  up(): void {
    this.#value++;
  }

  down(): void {
    this.#value--;
    if (this.#value > 0 || this.#waiting.size === 0) return;
    for (const wake of this.#waiting) wake();
  }

  /** Resolves once the number is 0, or after `ms` whatever it is. */
  whenZero(ms: number): Promise<void> {
    if (this.#value === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#waiting.add(wake);
    });
  }
}
