import type { Log } from '../model/log.ts';
import type { Recorder } from '../model/outcome.ts';
import type { Table } from '../routing/table.ts';
import type { Action } from './action.ts';
import { Counter } from './counter.ts';
import type { Deadlines } from './deadlines.ts';
import type { Exchange, ExchangeEndpoint, Flow, UpstreamSide } from './exchange.ts';
import type { HeaderLines } from './header-lines.ts';
import { mostHops } from './hops.ts';
import type { Limits } from './limits.ts';
import { outcomeOf } from './outcome-of.ts';
import type { OverloadWatch } from './overload-watch.ts';
import { failures, type ProxyError } from './proxy-error.ts';
import { hasBody } from './request-head.ts';
import { RequestTimer, type RequestTimerHome } from './request-timer.ts';
import { type Answer, isProxyError, type Responder } from './respond.ts';
import type { ResponseHead } from './response-head.ts';
import { mayRetry } from './retry.ts';
import type { TlsPolicies } from './tls/policies.ts';
import { type TunnelHome, WebSocketTunnel } from './tunnel.ts';
import { timeoutsFor, type WeightedTargets } from './upstream/weighted.ts';

/** What the handler is handed. */
export interface HandlerContext {
  readonly recorder: Recorder;
  readonly responder: Responder;
  readonly log: Log;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  /** Null where nothing is refused for overload. */
  readonly overload: OverloadWatch | null;
  /** What connections over TLS must have been made with. */
  readonly policies: Pick<TlsPolicies, 'isMisdirected'>;
}

/**
 * The way of one request, the same for every protocol: match, middleware in order, endpoint, upstream, answer, outcome. It
 * reads the table once; what is published later concerns later requests.
 */
export class Handler implements Flow, TunnelHome, RequestTimerHome {
  table: Table<Action>;
  /** Requests that have begun and are not over. */
  readonly inFlight = new Counter();
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly #recorder: Recorder;
  readonly #responder: Responder;
  readonly #log: Log;
  readonly #overload: OverloadWatch | null;
  readonly #policies: Pick<TlsPolicies, 'isMisdirected'>;
  /** Those whose upstream has agreed to an upgrade. */
  readonly #tunnels = new Set<Exchange>();

  constructor(table: Table<Action>, context: HandlerContext) {
    this.table = table;
    this.#recorder = context.recorder;
    this.#responder = context.responder;
    this.#log = context.log;
    this.#overload = context.overload;
    this.#policies = context.policies;
    this.limits = context.limits;
    this.deadlines = context.deadlines;
  }

  begin(exchange: Exchange): void {
    this.inFlight.up();
    if (this.#overload?.refuses(exchange.startedMs) === true) {
      this.#answer(exchange, this.#responder.overloaded());
      return;
    }
    if (exchange.request.hops >= mostHops) {
      this.#fail(exchange, failures.loop);
      return;
    }
    const found = this.table.match(exchange.view);
    if (found === undefined) {
      // Before the first table nobody knows what routes there are: 404 would be a lie that caches may keep.
      this.#fail(exchange, this.table.generation === 0 ? failures.starting : failures.noRoute);
      return;
    }
    const { action } = found;
    exchange.route = action.route;
    const { secured } = exchange.view;
    if (secured && this.#policies.isMisdirected(secured, exchange.view.host, found.route.tlsOptions)) {
      this.#fail(exchange, failures.misdirected);
      return;
    }
    if (this.table.ambiguity(exchange.view, found.route) !== null) {
      this.#fail(exchange, failures.ambiguousPath);
      return;
    }
    exchange.timeouts = action.timeouts;
    if (action.targets === null) {
      this.#fail(exchange, action.failure);
      return;
    }
    if (action.steps.length > 0) {
      exchange.steps = action.steps;
      const answer = this.#runSteps(exchange);
      if (answer !== null) {
        this.#answer(exchange, answer);
        return;
      }
    }
    this.#chooseTarget(exchange, action.targets);
  }

  reject(exchange: Exchange, error: ProxyError): void {
    this.inFlight.up();
    this.#fail(exchange, error);
  }

  requestBody(exchange: Exchange, bytes: Buffer, start: number, end: number): void {
    exchange.requestBytes += end - start;
    if (exchange.givenBack === null) exchange.upstream?.sendBody(bytes, start, end);
    else exchange.givenBack.push(Buffer.from(bytes.subarray(start, end)));
  }

  requestEnd(exchange: Exchange): void {
    exchange.requestRead = true;
    if (exchange.givenBack === null) exchange.upstream?.endBody();
  }

  requestFlush(exchange: Exchange): void {
    exchange.upstream?.flush();
  }

  requestFailed(exchange: Exchange, error: ProxyError): void {
    if (!exchange.isOver) this.#fail(exchange, error);
  }

  clientGone(exchange: Exchange): void {
    if (exchange.isOver) return;
    const { tunnel } = exchange;
    const hasEnded = tunnel?.clientEnded === true;
    // All has been said, and the last of it may still be on its way to the upstream.
    if (hasEnded && tunnel?.upstreamEnded === true) return;
    this.#cancelUpstream(exchange);
    if (!hasEnded) exchange.reason = failures.clientGone.code;
    if (!exchange.headSent) exchange.status = 499;
    this.#finish(exchange);
  }

  upstreamReady(exchange: Exchange): void {
    const { upstream } = exchange;
    if (upstream === null) return;
    upstream.sendHead();
    if (exchange.givenBack !== null) {
      this.#sendAgain(exchange, upstream, exchange.givenBack);
      return;
    }
    if (hasBody(exchange.request)) {
      exchange.client.readBody();
      return;
    }
    upstream.endBody();
    upstream.flush();
  }

  informational(exchange: Exchange, head: ResponseHead): void {
    exchange.client.sendInformational(head);
  }

  responseHead(exchange: Exchange, head: ResponseHead): void {
    this.#answered(exchange, head);
    exchange.client.sendHead(head);
  }

  switched(exchange: Exchange, head: ResponseHead): void {
    this.#answered(exchange, head);
    stopTimer(exchange);
    exchange.tunnel = new WebSocketTunnel(exchange, this);
    this.#tunnels.add(exchange);
    exchange.client.openTunnel(head);
  }

  requestExpired(exchange: Exchange, error: ProxyError): void {
    if (!exchange.isOver) this.#fail(exchange, error);
  }

  tunnelExpired(exchange: Exchange): void {
    this.#endTunnel(exchange, null);
  }

  /** Ends all tunnels, at the end of a drain. */
  endTunnels(): void {
    for (const exchange of [...this.#tunnels]) {
      exchange.tunnel?.sayGoodbye();
      this.#endTunnel(exchange, failures.draining);
    }
  }

  #answered(exchange: Exchange, head: ResponseHead): void {
    exchange.upstreamMs = performance.now() - exchange.chosenMs;
    exchange.response = head;
    // The way back: the step that saw the request last sees the answer first.
    for (let index = exchange.steps.length - 1; index >= 0; index--) {
      exchange.steps[index]?.onResponse(exchange);
    }
    exchange.status = head.status;
    exchange.headSent = true;
  }

  responseBody(exchange: Exchange, bytes: Buffer, start: number, end: number): void {
    exchange.responseBytes += end - start;
    exchange.client.sendBody(bytes, start, end);
  }

  responseTrailers(exchange: Exchange, lines: HeaderLines): void {
    exchange.client.sendTrailers(lines);
  }

  responseEnd(exchange: Exchange): void {
    exchange.upstream = null;
    exchange.client.endBody();
    this.#finish(exchange);
  }

  responseFlush(exchange: Exchange): void {
    exchange.client.flush();
  }

  upstreamFailed(exchange: Exchange, error: ProxyError): void {
    if (exchange.isOver) return;
    if (exchange.service !== null && mayRetry(exchange, error)) {
      const other = exchange.service.pick(exchange.endpoint);
      // What could not be connected to is not asked again; a connection that went stale, or away, says nothing of its endpoint.
      const isAskedAgain = !error.retryable || error === failures.streamRefused;
      if (other !== undefined && (other !== exchange.endpoint || isAskedAgain)) {
        exchange.retries++;
        exchange.retryReason = error.code;
        if (exchange.givenBack !== null) exchange.client.pauseBody();
        this.#forward(exchange, other, !error.retryable);
        return;
      }
    }
    exchange.upstream = null;
    const { tunnel } = exchange;
    if (tunnel === null) this.#fail(exchange, error);
    else this.#endTunnel(exchange, tunnel.upstreamEnded ? null : error);
  }

  broken(exchange: Exchange, cause: unknown): void {
    this.#log.error({ err: cause, route: exchange.route }, 'a bug ended a request');
    try {
      if (exchange.isOver) exchange.client.abort();
      else this.#fail(exchange, failures.internal);
    } catch {
      exchange.client.abort();
    }
  }

  #runSteps(exchange: Exchange): Answer | null {
    for (const step of exchange.steps) {
      const result = step.onRequest(exchange);
      if (result === null) continue;
      return isProxyError(result) ? this.#responder.answer(result) : result;
    }
    return null;
  }

  #chooseTarget(exchange: Exchange, targets: WeightedTargets): void {
    const target = targets.pick();
    if (target === undefined) {
      this.#fail(exchange, failures.noEndpoints);
      return;
    }
    exchange.service = target.service;
    if (target.service.failure !== null) {
      this.#fail(exchange, target.service.failure);
      return;
    }
    exchange.timeouts = timeoutsFor(target, exchange.timeouts);
    exchange.passHostHeader = target.passHostHeader;
    exchange.proxyProtocol = target.proxyProtocol;
    const endpoint = target.service.pick(null);
    if (endpoint === undefined) {
      this.#fail(exchange, failures.noEndpoints);
      return;
    }
    this.#forward(exchange, endpoint, false);
  }

  #forward(exchange: Exchange, endpoint: ExchangeEndpoint, mustBeNew: boolean): void {
    exchange.endpoint = endpoint;
    exchange.chosenMs = performance.now();
    if (exchange.timeouts.requestMs + exchange.timeouts.backendRequestMs !== 0) {
      exchange.timer ??= new RequestTimer(exchange, this);
      exchange.timer.attempt();
    }
    const upstream = endpoint.take(exchange, mustBeNew);
    exchange.upstream = upstream;
    if (upstream.isReady) this.upstreamReady(exchange);
  }

  /** Sends what another upstream has given back of a body, then what has come since. */
  #sendAgain(exchange: Exchange, upstream: UpstreamSide, pieces: readonly Buffer[]): void {
    if (exchange.upstream !== upstream) return;
    exchange.givenBack = null;
    for (const piece of pieces) upstream.sendBody(piece, 0, piece.length);
    if (exchange.requestRead) upstream.endBody();
    exchange.client.resumeBody();
    if (exchange.upstream === upstream) upstream.flush();
  }

  #fail(exchange: Exchange, error: ProxyError): void {
    if (!exchange.headSent) {
      this.#answer(exchange, this.#responder.answer(error));
      return;
    }
    this.#cancelUpstream(exchange);
    exchange.reason = error.code;
    exchange.client.abort();
    this.#finish(exchange);
  }

  #answer(exchange: Exchange, answer: Answer): void {
    this.#cancelUpstream(exchange);
    exchange.status = answer.status;
    exchange.reason = answer.reason;
    exchange.headSent = true;
    if (exchange.request.method !== 'HEAD') exchange.responseBytes = answer.body.length;
    exchange.client.sendAnswer(answer);
    this.#finish(exchange);
  }

  /** Closes both sides; what was sent to the client still reaches it. */
  #endTunnel(exchange: Exchange, why: ProxyError | null): void {
    if (exchange.isOver) return;
    this.#cancelUpstream(exchange);
    exchange.reason = why === null ? null : why.code;
    this.#finish(exchange);
  }

  #cancelUpstream(exchange: Exchange): void {
    const { upstream } = exchange;
    if (upstream === null) return;
    exchange.upstream = null;
    upstream.cancel();
  }

  #finish(exchange: Exchange): void {
    exchange.isOver = true;
    stopTimer(exchange);
    if (exchange.tunnel !== null) {
      exchange.tunnel.stop();
      this.#tunnels.delete(exchange);
    }
    this.inFlight.down();
    this.#recorder.finished(outcomeOf(exchange));
    exchange.client.finished();
  }
}

function stopTimer(exchange: Exchange): void {
  if (exchange.timer === null) return;
  exchange.timer.stop();
  exchange.timer = null;
}
