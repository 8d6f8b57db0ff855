import type { Outcome } from '../model/outcome.ts';
import type { Exchange } from './exchange.ts';

const none = Object.freeze({});

/** The record of an exchange that is over. */
export function outcomeOf(exchange: Exchange): Outcome {
  const { request, client } = exchange;
  return {
    entryPoint: client.entryPoint,
    protocol: request.protocol,
    method: request.method,
    host: request.host,
    target: request.target,
    clientIp: exchange.view.clientIp,
    userAgent: request.userAgent(),
    route: exchange.route,
    service: exchange.service === null ? null : exchange.service.key,
    endpoint: exchange.endpoint === null ? null : exchange.endpoint.name,
    status: exchange.status,
    reason: exchange.reason,
    requestBytes: exchange.requestBytes,
    responseBytes: exchange.responseBytes,
    startedAt: exchange.startedAt,
    durationMs: performance.now() - exchange.startedMs,
    upstreamMs: exchange.upstreamMs === -1 ? null : exchange.upstreamMs,
    retries: exchange.retries,
    ...(exchange.retryReason === null ? none : { retryReason: exchange.retryReason }),
  };
}
