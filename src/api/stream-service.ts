import { z } from 'zod';
import { type EffectTable, now, without } from './effect-entry.ts';
import { flag, namespaceName, notes, portReference, requiredText } from './field.ts';

/** The fields of an entry of `services` that IngressRouteTCP and IngressRouteUDP share. */
export const streamServiceShape = Object.freeze({
  name: requiredText(253).meta(notes('Name of the Service.')),
  namespace: namespaceName()
    .exactOptional()
    .meta(
      notes(
        "Namespace of the Service; another one than the object's own must be allowed by a ReferenceGrant there or with --allow-cross-namespace.",
        'namespace of the object',
      ),
    ),
  port: portReference().meta(notes('Port of the Service, by number or by name.')),
  weight: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(1)
    .meta(notes('Share of this entry among the entries of its list; 0 gets nothing.')),
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
