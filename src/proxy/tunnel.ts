import type { Deadlines, Timed } from './deadlines.ts';
import type { Exchange, Tunnel } from './exchange.ts';
import type { Limits } from './limits.ts';
import { FrameTracker, goingAwayFrame } from './websocket-frames.ts';

/** What a tunnel needs of the handler that opened it. */
export interface TunnelHome {
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  /** The tunnel has been silent for too long. */
  tunnelExpired(exchange: Exchange): void;
}

/**
 * A WebSocket's bytes between the two sides of its exchange. Back-pressure is that of the sides: each holds the other one back
 * while it cannot send.
 */
export class WebSocketTunnel implements Tunnel, Timed {
  deadline = 0;
  slot = -1;
  clientEnded = false;
  upstreamEnded = false;
  readonly #exchange: Exchange;
  readonly #home: TunnelHome;
  readonly #frames = new FrameTracker();

  constructor(exchange: Exchange, home: TunnelHome) {
    this.#exchange = exchange;
    this.#home = home;
    home.deadlines.add(this);
    this.#touch();
  }

  fromClient(bytes: Buffer, start: number, end: number): void {
    const exchange = this.#exchange;
    exchange.requestBytes += end - start;
    this.#touch();
    exchange.upstream?.sendBody(bytes, start, end);
    exchange.upstream?.flush();
  }

  clientEnd(): void {
    this.clientEnded = true;
    this.#touch();
    this.#exchange.upstream?.endBody();
  }

  fromUpstream(bytes: Buffer, start: number, end: number): void {
    const exchange = this.#exchange;
    exchange.responseBytes += end - start;
    this.#touch();
    this.#frames.pass(bytes, start, end);
    exchange.client.sendBody(bytes, start, end);
    exchange.client.flush();
  }

  upstreamEnd(): void {
    this.upstreamEnded = true;
    this.#touch();
    this.#exchange.client.endBody();
  }

  /** A Close frame (RFC 6455 section 5.5.1), where that can stand: between two frames. */
  sayGoodbye(): void {
    if (this.upstreamEnded || !this.#frames.isBetweenFrames) return;
    const frame = goingAwayFrame();
    this.#exchange.client.sendBody(frame, 0, frame.length);
    this.#exchange.client.flush();
  }

  stop(): void {
    this.deadline = 0;
    this.#home.deadlines.remove(this);
  }

  expire(): void {
    this.#home.tunnelExpired(this.#exchange);
  }

  #touch(): void {
    const { limits, deadlines } = this.#home;
    const { tunnelIdleMs } = this.#exchange.timeouts;
    const isHalfClosed = this.clientEnded || this.upstreamEnded;
    this.deadline = deadlines.after(isHalfClosed ? limits.tunnelHalfClosedMs : tunnelIdleMs);
  }
}
