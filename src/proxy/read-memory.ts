/** How much one read can bring. An answer of 64 KiB and its head come in one, and the memory fits into the cache of a core. */
const wholeBytes = 131_072;
/** How much it can bring while memory is short. */
const smallBytes = 32_768;

/**
 * Memory that all sockets of a thread read into, one after the other. What one read brings and the next socket does not take has to
 * be kept, so reads are small while many clients take nothing.
 */
export class ReadMemory {
  /** Where the next read of each socket goes. */
  current: Buffer;
  readonly #whole: Buffer;
  readonly #small: Buffer;

  /** `bytes` is the most that one read brings. */
  constructor(bytes = wholeBytes) {
    this.#whole = Buffer.allocUnsafeSlow(bytes);
    this.#small = this.#whole.subarray(0, Math.min(bytes, smallBytes));
    this.current = this.#whole;
  }

  set isSmall(isSmall: boolean) {
    this.current = isSmall ? this.#small : this.#whole;
  }
}
