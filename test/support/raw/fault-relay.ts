import { connect, createServer, type Server, type Socket } from 'node:net';

/** What a relay does to the bytes that pass it. */
export type Fault =
  | { readonly kind: 'none' }
  /** Resets both sides once so many bytes have come from the upstream; 0 as soon as the request's first bytes come. */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** Passes the upstream's bytes in slices, each in a turn of its own. */
  | { readonly kind: 'slice'; readonly bytes: number }
  /** Accepts and never passes anything. */
  | { readonly kind: 'blackhole' }
  /** Passes the upstream's bytes in slices, one per interval. */
  | { readonly kind: 'slow'; readonly bytes: number; readonly everyMs: number }
  /** Passes requests; answers vanish, and so does the upstream's end. */
  | { readonly kind: 'halfOpen' };

/** Stands between a proxy and an upstream and breaks what passes, in the way that is set when a connection is made. */
export class FaultRelay {
  fault: Fault = { kind: 'none' };
  accepted = 0;
  readonly #target: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  /** Relays to a port of the loopback address. */
  static async start(target: number): Promise<FaultRelay> {
    const relay = new FaultRelay(target);
    await new Promise<void>((resolve) => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(near: Socket): void {
    this.accepted++;
    const { fault } = this;
    this.#own(near);
    if (fault.kind === 'blackhole') {
      near.on('data', () => {});
      return;
    }
    const far = connect({ port: this.#target, host: '127.0.0.1', noDelay: true });
    this.#own(far);
    near.on('data', (chunk) => {
      if (fault.kind === 'reset' && fault.afterBytes === 0) this.#reset(near, far);
      else far.write(chunk);
    });
    near.on('close', () => far.destroy());
    if (fault.kind !== 'halfOpen') far.on('close', () => near.end());
    this.#relayAnswers(far, near, fault);
  }

  #relayAnswers(far: Socket, near: Socket, fault: Fault): void {
    let passed = 0;
    let waiting = Buffer.alloc(0);
    const passSlice = (bytes: number): void => {
      if (waiting.length > 0) near.write(waiting.subarray(0, bytes));
      waiting = waiting.subarray(bytes);
    };
    if (fault.kind === 'slow') this.#every(fault.everyMs, near, () => passSlice(fault.bytes));
    far.on('data', (chunk: Buffer) => {
      if (fault.kind === 'halfOpen') return;
      if (fault.kind === 'slice' || fault.kind === 'slow') {
        waiting = Buffer.concat([waiting, chunk]);
        if (fault.kind === 'slice')
          this.#sliceAll(
            () => waiting.length > 0,
            () => passSlice(fault.bytes),
          );
        return;
      }
      if (fault.kind === 'reset' && passed + chunk.length >= fault.afterBytes) {
        near.write(chunk.subarray(0, fault.afterBytes - passed), () => this.#reset(near, far));
        return;
      }
      passed += chunk.length;
      near.write(chunk);
    });
  }

  #sliceAll(hasMore: () => boolean, pass: () => void): void {
    if (!hasMore()) return;
    pass();
    setImmediate(() => this.#sliceAll(hasMore, pass));
  }

  #every(ms: number, socket: Socket, act: () => void): void {
    const timer = setInterval(act, ms);
    this.#timers.add(timer);
    socket.on('close', () => {
      clearInterval(timer);
      this.#timers.delete(timer);
    });
  }

  #reset(near: Socket, far: Socket): void {
    near.resetAndDestroy();
    far.destroy();
  }

  #own(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
