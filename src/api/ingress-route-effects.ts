import { type EffectTable, notSupported, now, without } from './effect-entry.ts';
import { ruleEffects } from './route-spec.ts';

const inTurn = 'this version chooses endpoints in turn';

/** What the fields of `spec` of an IngressRoute do, but for its routes. */
export const ingressRouteFrameEffects: EffectTable = Object.freeze({
  ingressClassName: now,
  entryPoints: now,
  parentRefs: now,
  'parentRefs[].name': now,
  'parentRefs[].namespace': now,
  tls: now,
  'tls.secretName': now,
  'tls.options': now,
  'tls.options.name': now,
  'tls.options.namespace': now,
  'tls.store': without('the TLSStore "default" of the namespace holds, as Traefik has it', {
    hint: 'Leave it out.',
  }),
  'tls.certResolver': without('this version obtains no certificates', {
    hint: 'Have cert-manager write a Secret, and name it in secretName.',
  }),
  'tls.domains': without('this version obtains no certificates', { hint: 'Name a Secret in secretName.' }),
});

/** What the fields of a route do. */
export const routeEffects: EffectTable = Object.freeze({
  ...ruleEffects,
  'routes[].kind': now,
  'routes[].timeouts': now,
  'routes[].timeouts.request': now,
  'routes[].timeouts.backendRequest': now,
  'routes[].timeouts.connect': now,
  'routes[].timeouts.firstByte': now,
  'routes[].timeouts.idle': now,
  'routes[].timeouts.tunnelIdle': now,
  'routes[].observability': without('what is recorded cannot be set for one route in this version'),
  'routes[].services': now,
  'routes[].services[].name': now,
  'routes[].services[].namespace': now,
  'routes[].services[].port': now,
  'routes[].services[].weight': now,
  'routes[].services[].passHostHeader': now,
  'routes[].services[].proxyProtocol': now,
  'routes[].services[].proxyProtocol.version': now,
  'routes[].services[].kind': notSupported('this version forwards to the kind Service only', {
    harmless: ['Service'],
  }),
  'routes[].services[].scheme': now,
  'routes[].services[].strategy': without(inTurn, {
    harmless: ['wrr', 'RoundRobin'],
    wrongWithout: ['hrw'],
  }),
  'routes[].services[].middlewares': notSupported(
    'this version has middlewares on routes only, and without these requests would escape them',
    { hint: 'Name the middlewares on the route.' },
  ),
  'routes[].services[].sticky': notSupported(
    `${inTurn}, and an application that keeps sessions in memory would lose them`,
  ),
  'routes[].services[].responseForwarding': without('responses are passed on as they come'),
  'routes[].services[].serversTransport': now,
  'routes[].services[].nativeLB': without('requests go to the endpoints of the Service'),
  'routes[].services[].nodePortLB': without('requests go to the endpoints of the Service'),
  'routes[].services[].healthCheck': without('this version goes by the readiness that EndpointSlices report'),
  'routes[].services[].passiveHealthCheck': without(
    'this version goes by the readiness that EndpointSlices report',
  ),
});

/** What the fields of `spec` of an IngressRoute do. */
export const ingressRouteEffects: EffectTable = Object.freeze({
  ...ingressRouteFrameEffects,
  routes: now,
  ...routeEffects,
});
