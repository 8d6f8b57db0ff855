import { z } from 'zod';
import { type EffectTable, now } from './effect-entry.ts';
import { notes } from './field.ts';
import { maxServices } from './load-balancer.ts';
import { entryPointNames, ingressClassName, routeList } from './route-spec.ts';
import { streamServiceEffects, streamServiceShape } from './stream-service.ts';

const udpServiceSchema = z.strictObject({ ...streamServiceShape });

/** One route: where datagrams go. */
export const udpRouteSchema = z.strictObject({
  services: z
    .array(udpServiceSchema)
    .max(maxServices)
    .exactOptional()
    .meta(
      notes('Where datagrams go: at least one entry. Several share the clients by weight; one client stays.'),
    ),
});

const frameShape = {
  ingressClassName,
  entryPoints: entryPointNames(
    'Names of the entry points whose datagrams these routes take.',
    'all entry points of UDP',
  ),
};

const routesText =
  'The routes. Of all routes of an entry point the first one of the oldest object takes everything.';

/** `spec` of an IngressRouteUDP. */
export const ingressRouteUdpSpecSchema = z.strictObject({
  ...frameShape,
  routes: routeList(udpRouteSchema, routesText),
});

/** `spec` of an IngressRouteUDP with its routes left as they came, to be decoded one by one. */
export const ingressRouteUdpFrameSchema = z.strictObject({
  ...frameShape,
  routes: routeList(z.unknown(), routesText),
});

/** One entry of `routes[].services`, with defaults filled in. */
export type UdpService = z.infer<typeof udpServiceSchema>;

/** One route, with defaults filled in. */
export type UdpRoute = z.infer<typeof udpRouteSchema>;

/** `spec` of an IngressRouteUDP without its routes. */
export type IngressRouteUdpFrame = Omit<z.infer<typeof ingressRouteUdpFrameSchema>, 'routes'>;

/** What the fields of `spec` do, but for its routes. */
export const ingressRouteUdpFrameEffects: EffectTable = Object.freeze({
  ingressClassName: now,
  entryPoints: now,
});

/** What the fields of a route do. */
export const udpRouteEffects: EffectTable = Object.freeze({
  'routes[].services': now,
  ...streamServiceEffects,
});

/** What the fields of `spec` of an IngressRouteUDP do. */
export const ingressRouteUdpEffects: EffectTable = Object.freeze({
  ...ingressRouteUdpFrameEffects,
  routes: now,
  ...udpRouteEffects,
});
