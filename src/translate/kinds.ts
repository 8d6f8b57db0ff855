import { ownApiVersion, traefikApiVersion } from '../api/kubernetes.ts';
import type { ObjectReference } from '../model/object-reference.ts';

/** The kinds that there are in the group of Fairlead and in that of Traefik. */
export type GroupedKind =
  | 'IngressRoute'
  | 'Middleware'
  | 'ServersTransport'
  | 'IngressRouteTCP'
  | 'IngressRouteUDP'
  | 'MiddlewareTCP'
  | 'ServersTransportTCP'
  | 'TLSOption'
  | 'TLSStore';

export type TraefikKind = `${GroupedKind}.traefik.io`;

/** What a reference to `kind` means where `referrer` makes it: an object of the referrer's own group. */
export function kindFor(kind: GroupedKind, referrer: ObjectReference): GroupedKind | TraefikKind {
  return referrer.apiVersion === traefikApiVersion ? `${kind}.traefik.io` : kind;
}

/** A kind in the group of Fairlead, and in that of Traefik, in this order. */
export function inBothGroups<Kind extends GroupedKind>(kind: Kind): readonly [Kind, `${Kind}.traefik.io`] {
  return [kind, `${kind}.traefik.io`];
}

/** The group and version of a kind of Fairlead's, or of one of Traefik's. */
export function apiVersionOf(kind: string): string {
  return kind.endsWith('.traefik.io') ? traefikApiVersion : ownApiVersion;
}

/** The kind as objects name it, without the group. */
export function plainKind(kind: string): string {
  return kind.endsWith('.traefik.io') ? kind.slice(0, -'.traefik.io'.length) : kind;
}
