import type { ApiObject, JsonObject } from '../json.ts';
import type { Behaviour, ResourceType } from '../resource-type.ts';
import { behaviour } from './behaviour.ts';
import { defineKind, statusSubresource } from './define.ts';
import { markGiven } from './given.ts';
import { addressesOf } from './ingress.ts';
import { recordAt, recordsAt, textAt, textsAt } from './reading.ts';
import { ServiceAllocator } from './service-allocation.ts';
import { defaultService, dropBalancerStatus, dropForeignFields, keepAllocated } from './service-defaults.ts';
import { serviceSchema } from './service-schema.ts';
import { serviceErrors } from './service-validation.ts';
import { column, pairs, table, wideColumn } from './table-columns.ts';

/** core/v1 Service. Every call makes a kind with addresses and node ports of its own: one per server. */
export function serviceType(): ResourceType {
  const schema = serviceSchema();
  const allocator = new ServiceAllocator();
  const validate: Behaviour['validate'] = (object, existing, context) => [
    ...serviceErrors(object, existing),
    ...allocator.conflicts(object, context),
  ];
  return defineKind({
    group: '',
    kind: 'Service',
    plural: 'services',
    shortNames: ['svc'],
    categories: ['all'],
    subresources: [statusSubresource],
    schema,
    behaviour: behaviour(schema, {
      status: true,
      normalize: defaultService,
      prepareCreate(object, context) {
        const spec = recordAt(object, 'spec');
        const address = textAt(spec, 'clusterIP');
        if (address !== '' && textsAt(spec, 'clusterIPs').length === 0) {
          spec.clusterIPs = [address];
          markGiven(object, ['f:spec', 'f:clusterIPs']);
        }
        if (validate(object, null, context).length === 0) allocator.allocate(object, context);
      },
      prepareUpdate(object, existing, context) {
        const old = recordAt(existing, 'spec');
        keepAllocated(recordAt(object, 'spec'), old);
        dropForeignFields(recordAt(object, 'spec'), old);
        dropBalancerStatus(object);
        if (validate(object, existing, context).length === 0) allocator.allocate(object, context);
      },
      validate,
    }),
    table: serviceTable(),
  });
}

function serviceTable(): ResourceType['table'] {
  const columns = [
    column('Type', 'How it is reached.'),
    column('Cluster-IP', 'The address inside the cluster.'),
    column('External-IP', 'The addresses outside the cluster.'),
    column('Port(s)', 'The ports that are offered, with node ports behind a colon.'),
  ];
  const wide = [wideColumn('Selector', 'The labels of the Pods that are its endpoints.')];
  return table(
    columns,
    (object) => {
      const spec = recordAt(object, 'spec');
      const address = textAt(spec, 'clusterIP') || '<none>';
      return [textAt(spec, 'type'), address, externalCell(object, spec), portsCell(spec)];
    },
    { columns: wide, cells: (object) => [pairs(recordAt(recordAt(object, 'spec'), 'selector'))] },
  );
}

function externalCell(object: ApiObject, spec: JsonObject): string {
  const external = textsAt(spec, 'externalIPs').join(',');
  switch (spec.type) {
    case 'ExternalName':
      return textAt(spec, 'externalName');
    case 'LoadBalancer': {
      const addresses = [addressesOf(object), external].filter((part) => part !== '').join(',');
      return addresses === '' ? '<pending>' : addresses;
    }
    default:
      return external === '' ? '<none>' : external;
  }
}

function portsCell(spec: JsonObject): string {
  const ports = recordsAt(spec, 'ports').map((port) => {
    const node = port.nodePort === undefined ? '' : `:${String(port.nodePort)}`;
    return `${String(port.port)}${node}/${textAt(port, 'protocol')}`;
  });
  return ports.length === 0 ? '<none>' : ports.join(',');
}
