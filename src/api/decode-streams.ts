import type { Decoded, DecodedRoutes, RoutesKind, UndecodedObject } from './decode.ts';
import { decodeRoutes, decodeWhole, refusedRoute } from './decode.ts';
import {
  type IngressRouteTcpFrame,
  ingressRouteTcpFrameEffects,
  ingressRouteTcpFrameSchema,
  type TcpRoute,
  tcpRouteEffects,
  tcpRouteSchema,
} from './ingress-route-tcp.ts';
import {
  type IngressRouteUdpFrame,
  ingressRouteUdpFrameEffects,
  ingressRouteUdpFrameSchema,
  type UdpRoute,
  udpRouteEffects,
  udpRouteSchema,
} from './ingress-route-udp.ts';
import { type MiddlewareTcpSpec, middlewareTcpEffects, middlewareTcpSpecSchema } from './middleware-tcp.ts';
import { oneKey } from './one-key.ts';
import {
  type ServersTransportTcpSpec,
  serversTransportTcpEffects,
  serversTransportTcpSpecSchema,
} from './servers-transport-tcp.ts';

export type IngressRouteTcp = DecodedRoutes<IngressRouteTcpFrame, TcpRoute>;

export type IngressRouteUdp = DecodedRoutes<IngressRouteUdpFrame, UdpRoute>;

const tcpRoutes = Object.freeze<RoutesKind<IngressRouteTcpFrame, TcpRoute>>({
  frame: ingressRouteTcpFrameSchema,
  frameEffects: ingressRouteTcpFrameEffects,
  route: tcpRouteSchema,
  routeEffects: tcpRouteEffects,
  more: () => [],
  refused: refusedRoute,
});

const udpRoutes = Object.freeze<RoutesKind<IngressRouteUdpFrame, UdpRoute>>({
  frame: ingressRouteUdpFrameSchema,
  frameEffects: ingressRouteUdpFrameEffects,
  route: udpRouteSchema,
  routeEffects: udpRouteEffects,
  more: () => [],
  // Without a rule there is nothing to read: it was to take everything.
  refused: (_route, reason) => ({ match: '', reason }),
});

/** Decodes an IngressRouteTCP. `value` is null where something outside the routes does not fit. Never throws. */
export function decodeIngressRouteTcp(object: UndecodedObject): Decoded<IngressRouteTcp> {
  return decodeRoutes(object, tcpRoutes);
}

/** The same for an IngressRouteUDP. */
export function decodeIngressRouteUdp(object: UndecodedObject): Decoded<IngressRouteUdp> {
  return decodeRoutes(object, udpRoutes);
}

/** Decodes a MiddlewareTCP. `value` is null where anything is wrong with it. Never throws. */
export function decodeMiddlewareTcp(object: UndecodedObject): Decoded<MiddlewareTcpSpec> {
  const keys = Object.keys(middlewareTcpSpecSchema.shape);
  const problems = oneKey(object.spec, 'MiddlewareTCP', keys, 'ipAllowList');
  return decodeWhole(object, middlewareTcpSpecSchema, middlewareTcpEffects, problems);
}

/** Decodes a ServersTransportTCP. `value` is null where anything but a field without effect is wrong with it. Never throws. */
export function decodeServersTransportTcp(object: UndecodedObject): Decoded<ServersTransportTcpSpec> {
  return decodeWhole(object, serversTransportTcpSpecSchema, serversTransportTcpEffects);
}
