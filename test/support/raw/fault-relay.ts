import { connect, createServer, type Server, type Socket } from 'node:net';
import { FaultPipe, type PipeShape } from './fault-pipe.ts';

/** Whose bytes a fault is about: those of the side that connected, or those that come back. */
export type Flowing = 'request' | 'answer';

/** What a relay does to a connection. */
export type Fault =
  | { readonly kind: 'none' }
  /** Every byte comes late, both ways, by `ms` and up to `jitterMs` more. */
  | { readonly kind: 'latency'; readonly ms: number; readonly jitterMs?: number }
  /** Resets the side that connected as soon as it has, without a byte. */
  | { readonly kind: 'resetAtOnce' }
  /** Resets both sides once so many bytes have passed; 0 as soon as the request's first bytes come. */
  | { readonly kind: 'reset'; readonly afterBytes: number; readonly of?: Flowing }
  /** Passes bytes in slices, both ways, each in a turn of its own. */
  | { readonly kind: 'slice'; readonly bytes: number }
  /** Passes bytes in slices, both ways, one per interval. */
  | { readonly kind: 'bandwidth'; readonly bytes: number; readonly everyMs: number }
  /** Accepts, reads, and never passes anything; the other side is never connected to. */
  | { readonly kind: 'blackhole' }
  /** Passes everything, and the end of either side so much later. */
  | { readonly kind: 'slowClose'; readonly ms: number }
  /** Passes so many bytes, then closes both sides, orderly. */
  | { readonly kind: 'limit'; readonly bytes: number; readonly of?: Flowing }
  /** With its first byte after so many (0 unless told) one side is gone: the other gets no bytes, no end and no reset. */
  | { readonly kind: 'halfOpen'; readonly afterBytes?: number; readonly of?: Flowing };

/**
 * Stands between two peers and breaks what passes, in the way that is set when a connection is made. In front of an upstream or in
 * front of the proxy: it knows only who connected and whom it connects to.
 */
export class FaultRelay {
  fault: Fault = { kind: 'none' };
  accepted = 0;
  readonly #target: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#accept(socket));
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

  /** Sockets of both sides that are not closed. */
  get openCount(): number {
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(near: Socket): void {
    this.accepted++;
    const { fault } = this;
    this.#own(near);
    if (fault.kind === 'resetAtOnce') {
      near.resetAndDestroy();
      return;
    }
    if (fault.kind === 'blackhole') {
      near.resume();
      near.on('end', () => near.end());
      return;
    }
    const far = connect({ port: this.#target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    this.#own(far);
    const { request, answer } = shapesOf(fault, near, far);
    new FaultPipe(near, far, request);
    new FaultPipe(far, near, answer);
    if (fault.kind !== 'halfOpen') this.#tie(near, far);
  }

  /** An end passes through the pipes; a close without an end does so here. */
  #tie(near: Socket, far: Socket): void {
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('close', (hadError) => {
        if (hadError) other.resetAndDestroy();
        else if (!one.readableEnded) other.destroy();
      });
    }
  }

  #own(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

interface Shapes {
  readonly request: PipeShape;
  readonly answer: PipeShape;
}

function shapesOf(fault: Fault, near: Socket, far: Socket): Shapes {
  switch (fault.kind) {
    case 'latency': {
      const delay = (): number => fault.ms + Math.random() * (fault.jitterMs ?? 0);
      return { request: { delay }, answer: { delay } };
    }
    case 'slice': {
      const shape = { sliceBytes: fault.bytes };
      return { request: shape, answer: shape };
    }
    case 'bandwidth': {
      const shape = { sliceBytes: fault.bytes, everyMs: fault.everyMs };
      return { request: shape, answer: shape };
    }
    case 'slowClose':
      return { request: { closeMs: fault.ms }, answer: { closeMs: fault.ms } };
    case 'reset':
      return after(fault.afterBytes, fault.afterBytes === 0 ? 'request' : fault.of, () => reset(near, far));
    case 'limit':
      return after(fault.bytes, fault.of, () => {
        near.end();
        far.end();
      });
    case 'halfOpen':
      return after(fault.afterBytes ?? 0, fault.of, () => {
        // Whose bytes were counted is gone; the other one is left alone with a connection that looks open.
        (fault.of === 'request' ? near : far).destroy();
      });
    default:
      return { request: {}, answer: {} };
  }
}

function after(limit: number, of: Flowing = 'answer', onLimit: () => void): Shapes {
  const bent = { limit, onLimit };
  return of === 'answer' ? { request: {}, answer: bent } : { request: bent, answer: {} };
}

function reset(near: Socket, far: Socket): void {
  near.resetAndDestroy();
  far.resetAndDestroy();
}
