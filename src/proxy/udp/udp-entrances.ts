import type { PlanDelta } from '../../model/plan-delta.ts';
import type { EntryPoint } from '../../model/settings.ts';
import { type UdpContext, UdpListener } from './udp-listener.ts';

/** The entry points of UDP of one thread. */
export class UdpEntrances {
  readonly #context: UdpContext;
  readonly #listeners: readonly UdpListener[];

  /** Takes all entry points, of which it opens its own. */
  constructor(entryPoints: readonly EntryPoint[], context: UdpContext) {
    this.#context = context;
    this.#listeners = entryPoints
      .filter(({ udp }) => udp === true)
      .map((one) => new UdpListener(one, context));
  }

  /** Sessions of all entry points. */
  get sessions(): number {
    return this.#listeners.reduce((sum, { open }) => sum + open.value, 0);
  }

  /**
   * Opens the entry points and tells the ports really bound, by name.
   *
   * @throws ListenError
   */
  async open(): Promise<Readonly<Record<string, number>>> {
    const ports: Record<string, number> = {};
    for (const listener of this.#listeners) {
      await listener.listen();
      ports[listener.entryPoint] = listener.port;
    }
    return ports;
  }

  /** Builds a piece of a delta; nothing of it is met before the last one. */
  apply(piece: PlanDelta, last: boolean): void {
    this.#context.routes.apply(piece, last);
  }

  /** Begins no session any more, and waits until none is left, for `ms` at most. */
  async drain(ms: number): Promise<void> {
    for (const listener of this.#listeners) listener.drain();
    await Promise.all(this.#listeners.map(({ open }) => open.whenZero(ms)));
  }

  close(): void {
    for (const listener of this.#listeners) listener.close();
  }
}
