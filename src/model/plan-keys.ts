/**
 * `KIND/NAMESPACE/NAME/INDEX`, the metric label `route`; below parents `/under/NAMESPACE/NAME/INDEX` follows for each. KIND is
 * `IngressRoute.traefik.io` for one of Traefik's group.
 */
export type RouteId = string;

/** `NAMESPACE/NAME:PORT`, the metric label `service`; PORT is always the number. `/udp` follows where the port is one of UDP. */
export type ServiceKey = string;

/** `NAMESPACE/NAME` of a Middleware, with `traefik.io/` before it for one of Traefik's group. */
export type MiddlewareId = string;
