import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../model/clock.ts';
import { type KubeError, localError } from './kube-error.ts';
import { type PoolHead, tcpKeepAliveMs } from './socket-pool.ts';

/** Everything that is sent. */
export interface ExchangeHead extends PoolHead {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface ExchangeLimits {
  readonly clock: Clock;
  /** To the end of the answer; for `flow` to its head. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | null;
}

/** One request and its answer. Nothing rejects: where a step gives null or false, `failure` says why. */
export class Exchange {
  readonly #client: ClientRequest;
  readonly #limits: ExchangeLimits;
  readonly #head: Promise<IncomingMessage | null>;
  #response: IncomingMessage | null = null;
  #error: KubeError | null = null;
  #cancelTimeout: () => void;

  constructor(head: ExchangeHead, limits: ExchangeLimits) {
    const { body, ...options } = head;
    const send = head.protocol === 'http:' ? httpRequest : httpsRequest;
    const { promise, resolve } = Promise.withResolvers<IncomingMessage | null>();
    this.#limits = limits;
    this.#head = promise;
    this.#client = send(options as RequestOptions);
    this.#client.on('socket', (socket) => socket.setKeepAlive(true, tcpKeepAliveMs));
    this.#client.on('response', (response) => {
      this.#response = response;
      // Someone must listen, or a cut connection becomes an uncaught error.
      response.on('error', (error) => this.#fail(localError('ConnectionFailed', messageOf(error))));
      resolve(response);
    });
    this.#client.on('error', (error) => this.#fail(localError('ConnectionFailed', messageOf(error))));
    this.#client.on('close', () => {
      this.#release();
      resolve(this.#response);
    });
    const { timeoutMs, clock, signal } = limits;
    this.#cancelTimeout = clock.after(timeoutMs, () =>
      this.#stop(localError('Timeout', `no answer in ${timeoutMs} ms`)),
    );
    signal?.addEventListener('abort', this.#abort);
    if (signal?.aborted) this.#abort();
    else this.#client.end(body ?? undefined);
  }

  /** The head of the answer, or null. */
  head(): Promise<IncomingMessage | null> {
    return this.#head;
  }

  /** True where a kept connection was closed under our hands before an answer began. */
  get lostIdleConnection(): boolean {
    return this.#response === null && this.#client.reusedSocket && this.#error?.reason === 'ConnectionFailed';
  }

  /** Why there is no answer. */
  failure(): KubeError {
    return this.#error ?? localError('ConnectionFailed', 'the connection was closed before the answer ended');
  }

  /** The whole body, or null where it ended early or is longer than that. */
  async text(maxBytes: number): Promise<string | null> {
    const chunks: Buffer[] = [];
    let held = 0;
    const whole = await this.#consume((chunk) => {
      held += chunk.length;
      if (held > maxBytes) this.#stop(localError('TooLarge', `the answer is longer than ${maxBytes} bytes`));
      else chunks.push(chunk);
    });
    return whole ? Buffer.concat(chunks).toString('utf8') : null;
  }

  /** Hands over the body as it comes, without limit of time; true where it came to its proper end. */
  flow(onChunk: (chunk: Buffer) => void): Promise<boolean> {
    this.#cancelTimeout();
    return this.#consume(onChunk);
  }

  #consume(onChunk: (chunk: Buffer) => void): Promise<boolean> {
    const response = this.#response;
    if (response === null) return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    response.on('data', (chunk: Buffer) => {
      if (this.#error !== null) return;
      try {
        onChunk(chunk);
      } catch (error) {
        // A bug of ours must cost one stream, not the process.
        this.#stop(localError('InvalidResponse', `cannot be processed: ${String(error)}`));
      }
    });
    response.on('close', () => {
      this.#release();
      resolve(response.complete && this.#error === null);
    });
    return promise;
  }

  readonly #abort = (): void => this.#stop(localError('Aborted', 'the request was given up'));

  #stop(error: KubeError): void {
    this.#fail(error);
    this.#client.destroy();
  }

  #fail(error: KubeError): void {
    this.#error ??= error;
  }

  #release(): void {
    this.#cancelTimeout();
    this.#limits.signal?.removeEventListener('abort', this.#abort);
  }
}

/** An AggregateError, as of a name with several addresses, has no message of its own. */
function messageOf(error: NodeJS.ErrnoException): string {
  return error.message || (error.code ?? error.name);
}
