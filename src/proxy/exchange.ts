import type { RefusalReason } from '../model/outcome.ts';
import type { RouteId, ServiceKey } from '../model/plan-keys.ts';
import type { RequestView } from '../model/request-view.ts';
import type { ConnectionAddresses } from './client-address.ts';
import type { HeaderLines } from './header-lines.ts';
import type { ProxyError } from './proxy-error.ts';
import type { RequestHead } from './request-head.ts';
import type { Answer } from './respond.ts';
import type { ResponseHead } from './response-head.ts';
import { noTimeouts, type Timeouts } from './timeouts.ts';
import type { ConnectionTls } from './tls/tls-policy.ts';

/**
 * The client's end of one exchange: a connection for HTTP/1, a stream for HTTP/2. The codec behind it decides how answers are
 * framed. Nothing leaves before `flush`, so that a head and a small body can be one write.
 */
export interface ClientSide {
  readonly entryPoint: string;
  /** The upstream is ready: deliver the request's body, after 100 (Continue) where the client waits for it. */
  readBody(): void;
  pauseBody(): void;
  resumeBody(): void;
  /** Sends an informational answer (RFC 9110 section 15.2); left out where the client's protocol has none. */
  sendInformational(head: ResponseHead): void;
  sendHead(head: ResponseHead): void;
  /** The bytes may be reused when this returns. */
  sendBody(bytes: Buffer, start: number, end: number): void;
  /**
   * Header lines behind the body (RFC 9110 section 6.5), cleaned of all that may not stand there; `endBody` follows. Left out where
   * the client's protocol cannot carry them.
   */
  sendTrailers(lines: HeaderLines): void;
  /** In a tunnel: closes the sending side. */
  endBody(): void;
  flush(): void;
  /**
   * The upstream has agreed to an upgrade. Sends the head; from here on the client's bytes go to the exchange's tunnel as they
   * are, first those that were held until now, and so does its end.
   */
  openTunnel(head: ResponseHead): void;
  /** Sends a whole answer of our own. */
  sendAnswer(answer: Answer): void;
  /** The answer cannot be completed: makes sure that the client notices. */
  abort(): void;
  /** The exchange is over, whatever became of it; the next one may begin. */
  finished(): void;
  /** For a PROXY header that tells the upstream who the client is. */
  addresses(): ConnectionAddresses;
}

/** The upstream's end of one exchange. */
export interface UpstreamSide {
  /** True where an earlier exchange has used the connection. */
  readonly isReused: boolean;
  /** False while it is connecting; `Flow.upstreamReady` tells when it is. */
  readonly isReady: boolean;
  sendHead(): void;
  /** The bytes may be reused when this returns. */
  sendBody(bytes: Buffer, start: number, end: number): void;
  /** In a tunnel: closes the sending side. */
  endBody(): void;
  flush(): void;
  pauseBody(): void;
  resumeBody(): void;
  /** Nobody wants the answer any more. */
  cancel(): void;
}

/**
 * What an exchange is once its upstream has agreed to an upgrade: bytes both ways, which nobody frames. Both sides send and hold
 * back as they do with bodies; what they receive they tell the tunnel instead of the flow. That one of them has gone, they
 * tell the flow as ever.
 */
export interface Tunnel {
  /** Which sides have closed their sending side. */
  readonly clientEnded: boolean;
  readonly upstreamEnded: boolean;
  fromClient(bytes: Buffer, start: number, end: number): void;
  /** The client has closed its sending side. */
  clientEnd(): void;
  fromUpstream(bytes: Buffer, start: number, end: number): void;
  /** The upstream has closed its sending side. */
  upstreamEnd(): void;
  /** Tells the client that this server goes away, where the protocol has a way to and it can be said at this point. */
  sayGoodbye(): void;
  /** The exchange is over. */
  stop(): void;
}

/** What happens to an exchange; codecs call it, `Handler` implements it once for all protocols. */
export interface Flow {
  /** A request head has come. */
  begin(exchange: Exchange): void;
  /** In place of `begin`: the head cannot be understood, or came too slowly. */
  reject(exchange: Exchange, error: ProxyError): void;
  requestBody(exchange: Exchange, bytes: Buffer, start: number, end: number): void;
  requestEnd(exchange: Exchange): void;
  requestFlush(exchange: Exchange): void;
  /** The body is malformed, or comes too slowly. */
  requestFailed(exchange: Exchange, error: ProxyError): void;
  clientGone(exchange: Exchange): void;
  upstreamReady(exchange: Exchange): void;
  informational(exchange: Exchange, head: ResponseHead): void;
  responseHead(exchange: Exchange, head: ResponseHead): void;
  /** The upstream has answered an upgrade that was asked for with 101; `exchange.tunnel` is there when this returns. */
  switched(exchange: Exchange, head: ResponseHead): void;
  responseBody(exchange: Exchange, bytes: Buffer, start: number, end: number): void;
  /** Trailers have come, of which the codec has left out what may not be sent on; `responseEnd` follows. */
  responseTrailers(exchange: Exchange, lines: HeaderLines): void;
  responseEnd(exchange: Exchange): void;
  responseFlush(exchange: Exchange): void;
  upstreamFailed(exchange: Exchange, error: ProxyError): void;
  /** A bug of ours showed while this exchange was worked on. */
  broken(exchange: Exchange, cause: unknown): void;
}

/** One middleware of a route, ready to act. It sees only the exchange, so it serves every protocol. */
export interface MiddlewareStep {
  /** Edits the request, or answers it: then nothing behind this step sees it. */
  onRequest(exchange: Exchange): Answer | ProxyError | null;
  /** Edits the head of the upstream's final answer. */
  onResponse(exchange: Exchange): void;
}

/** What rules and settings see of a request. */
export interface ConnectionView extends RequestView {
  /** What the TLS of its connection was made with; null or absent for clear text. */
  readonly secured?: ConnectionTls | null;
}

/** What ends an exchange that its route allows no more time for. */
export interface ExchangeTimer {
  /** Another attempt begins. */
  attempt(): void;
  stop(): void;
}

/** An upstream address as an exchange knows it. */
export interface ExchangeEndpoint {
  /** `ADDRESS:PORT`, IPv6 in brackets. */
  readonly name: string;
  /** A connection or stream for one exchange; `mustBeNew` where one that was used before has just failed. */
  take(exchange: Exchange, mustBeNew: boolean): UpstreamSide;
}

/** Where an exchange gets its endpoint from, and another one when that fails. */
export interface EndpointSource {
  readonly key: ServiceKey;
  /** The next endpoint in rotation, other than `not` where there is another; undefined where there is none. */
  pick(not: ExchangeEndpoint | null): ExchangeEndpoint | undefined;
}

/**
 * One request and its answer, whatever protocols carry them. Routing, middleware, balancing and outcome see only this. A
 * new one per request, so that nothing of one exchange can reach another.
 */
export class Exchange {
  readonly client: ClientSide;
  readonly flow: Flow;
  readonly request: RequestHead;
  readonly view: ConnectionView;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Monotonic, in milliseconds. */
  startedMs: number;
  response: ResponseHead | null = null;
  upstream: UpstreamSide | null = null;
  /** Null until the upstream agrees to an upgrade. */
  tunnel: Tunnel | null = null;
  endpoint: ExchangeEndpoint | null = null;
  route: RouteId | null = null;
  service: EndpointSource | null = null;
  /** The steps of the generation that the request began with. */
  steps: readonly MiddlewareStep[] = noSteps;
  timeouts: Timeouts = noTimeouts;
  /** Null where the route limits neither the whole exchange nor an attempt. */
  timer: ExchangeTimer | null = null;
  status = 0;
  reason: RefusalReason | null = null;
  requestBytes = 0;
  responseBytes = 0;
  /** Monotonic time at which an endpoint was chosen, 0 where none was. */
  chosenMs = 0;
  /** -1 where no answer's head has come. */
  upstreamMs = -1;
  retries = 0;
  /** Why the last of them was made; null where there was none. */
  retryReason: RefusalReason | null = null;
  /**
   * What an upstream that has not begun the request was sent of its body, for the next one; null where there is none. As long as it
   * stands here, what else comes of the body is added to it.
   */
  givenBack: Buffer[] | null = null;
  /** All of the request has been read. */
  requestRead = false;
  /** The head of the final answer has been handed to the client's side. */
  headSent = false;
  isOver = false;
  /** False where the upstream gets its own address as Host: see `ForwardTarget`. */
  passHostHeader = true;
  /** Which PROXY header the upstream connection begins with; 0 is none. Such a connection is for this exchange alone. */
  proxyProtocol: 0 | 1 | 2 = 0;

  constructor(client: ClientSide, flow: Flow, request: RequestHead, view: ConnectionView) {
    this.client = client;
    this.flow = flow;
    this.request = request;
    this.view = view;
    this.startedAt = Date.now();
    this.startedMs = performance.now();
  }
}

const noSteps: readonly MiddlewareStep[] = Object.freeze([]);
