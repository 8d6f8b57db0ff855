import type { RefusalReason } from '../../model/outcome.ts';
import type { PlanTcpMiddleware } from '../../model/plan-tcp.ts';
import { AddressMemo, parseAddressRange, rangeIncludes } from '../../routing/address-range.ts';
import type { ConnectionCounts } from './connection-counts.ts';

/** One middleware of a route for TCP, ready to act. */
export interface TcpStep {
  /** Why a connection of this client is closed; null where it may go on, and `leave` is to be called at its end. */
  enter(clientIp: string): RefusalReason | null;
  leave(clientIp: string): void;
}

/** Makes the steps of a route's middlewares, in the order in which they act. */
export function compileSteps(
  middlewares: readonly PlanTcpMiddleware[],
  counts: ConnectionCounts,
): readonly TcpStep[] {
  return middlewares.map((middleware) =>
    middleware.kind === 'ipAllowList' ? allowList(middleware.ranges) : inFlight(middleware, counts),
  );
}

/** Lets those in whose address is in one of the ranges, and nobody else: nobody at all where no range can be read. */
function allowList(texts: readonly string[]): TcpStep {
  const ranges = texts.map(parseAddressRange).filter((range) => range !== null);
  const addresses = new AddressMemo();
  return {
    enter(clientIp) {
      const address = addresses.get(clientIp);
      if (address === null) return 'AddressNotAllowed';
      return ranges.some((range) => rangeIncludes(range, address)) ? null : 'AddressNotAllowed';
    },
    leave() {},
  };
}

function inFlight(
  { id, amount }: Extract<PlanTcpMiddleware, { kind: 'inFlightConn' }>,
  counts: ConnectionCounts,
): TcpStep {
  return {
    enter: (clientIp) => (counts.enter(id, clientIp, amount) ? null : 'TooManyConnections'),
    leave: (clientIp) => counts.leave(id, clientIp),
  };
}
