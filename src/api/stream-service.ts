import { type EffectTable, now, without } from './effect-entry.ts';
import { flag, notes, portReference } from './field.ts';
import { serviceShape } from './load-balancer.ts';

/** The fields of an entry of `services` that IngressRouteTCP and IngressRouteUDP share. */
export const streamServiceShape = Object.freeze({
  name: serviceShape.name,
  namespace: serviceShape.namespace,
  port: portReference().meta(notes('Port of the Service, by number or by name.')),
  weight: serviceShape.weight,
  nativeLB: flag('Connects to the cluster IP of the Service instead of its endpoints.'),
  nodePortLB: flag('Connects to the node port of the Service on every node.'),
});

const direct = without('connections go to the endpoints of the Service');

/** What those fields do. */
export const streamServiceEffects: EffectTable = Object.freeze({
  'routes[].services[].name': now,
  'routes[].services[].namespace': now,
  'routes[].services[].port': now,
  'routes[].services[].weight': now,
  'routes[].services[].nativeLB': direct,
  'routes[].services[].nodePortLB': direct,
});
