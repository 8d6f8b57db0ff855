import { objectReference } from './references.ts';
import {
  always,
  exactText,
  flag,
  int,
  type KindSchema,
  kindSchema,
  knownText,
  list,
  map,
  orNullWhenUnset,
  preset,
  record,
  set,
  text,
  whole,
} from './schema-dsl.ts';

/** The schema of discovery.k8s.io/v1 EndpointSlice. */
export function endpointSliceSchema(): KindSchema {
  return kindSchema(
    'Some of the endpoints of a Service, all with the same ports and the same kind of address.',
    {
      addressType: knownText('IPv4, IPv6 or FQDN. Cannot be changed.'),
      endpoints: orNullWhenUnset(list('The endpoints, at most 1000.', endpoint())),
      ports: orNullWhenUnset(list('The ports of every endpoint.', port())),
    },
    ['addressType'],
  );
}

function endpoint(): KindSchema {
  const name = (what: string) => record(what, { name: text('Its name.') }, ['name']);
  return record(
    'One endpoint.',
    {
      addresses: set('Its addresses, of which the first is used.', text('An address.')),
      conditions: always(
        record('Its state.', {
          ready: flag('Whether it takes new connections; unset means yes.'),
          serving: flag('Like ready, but also while it is terminating.'),
          terminating: flag('Whether it is about to end.'),
        }),
      ),
      deprecatedTopology: map('Topology of the former beta version.', text('A value.')),
      hints: record('For whom it is meant.', {
        forNodes: list('Nodes that should use it.', name('A node.')),
        forZones: list('Zones that should use it.', name('A zone.')),
      }),
      hostname: exactText('Its host name.'),
      nodeName: exactText('The node it is on.'),
      targetRef: objectReference('The object that is behind it, as a Pod.'),
      zone: exactText('The zone it is in.'),
    },
    ['addresses'],
  );
}

function port(): KindSchema {
  return whole(
    record('One port.', {
      appProtocol: exactText('The protocol spoken on top, as kubernetes.io/h2c.'),
      name: preset(exactText('The name of the port of the Service.'), ''),
      port: int('Its number; any port if absent.'),
      protocol: preset(exactText('TCP, UDP or SCTP.'), 'TCP'),
    }),
  );
}
