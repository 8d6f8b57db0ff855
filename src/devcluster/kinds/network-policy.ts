import type { ApiObject, JsonObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import { behaviour } from './behaviour.ts';
import { defineKind } from './define.ts';
import { ensureRecord, recordAt, recordsAt, textAt } from './reading.ts';
import { labelSelector } from './references.ts';
import {
  always,
  int,
  intOrText,
  type KindSchema,
  kindSchema,
  list,
  preset,
  record,
  text,
} from './schema-dsl.ts';
import { column, pairs, table } from './table-columns.ts';

/** networking.k8s.io/v1 NetworkPolicy. Nothing enforces it. */
export function networkPolicyType(): ResourceType {
  const schema = kindSchema('Which connections Pods may have.', {
    spec: always(
      record('What is wanted.', {
        egress: list('Connections that they may open.', rule('to', 'Where to.')),
        ingress: list('Connections that they may accept.', rule('from', 'Where from.')),
        podSelector: always(labelSelector('The Pods that it is about; all if empty.')),
        policyTypes: list('Ingress, Egress or both.', text('A direction.')),
      }),
    ),
  });
  return defineKind({
    group: 'networking.k8s.io',
    kind: 'NetworkPolicy',
    plural: 'networkpolicies',
    shortNames: ['netpol'],
    schema,
    behaviour: behaviour(schema, { generation: true, normalize: defaultTypes }),
    table: table([column('Pod-Selector', 'The Pods that it is about.')], (object) => [
      pairs(recordAt(recordAt(recordAt(object, 'spec'), 'podSelector'), 'matchLabels')),
    ]),
  });
}

function rule(peers: string, description: string): KindSchema {
  const port = record('One port.', {
    endPort: int('The last port of a range.'),
    port: intOrText('The port, by number or by name; all if absent.'),
    protocol: preset(text('TCP, UDP or SCTP.'), 'TCP'),
  });
  const peer = record('One kind of peer.', {
    ipBlock: record(
      'Addresses.',
      { cidr: text('The addresses.'), except: list('Those that are left out.', text('A CIDR.')) },
      ['cidr'],
    ),
    namespaceSelector: labelSelector('Namespaces of the Pods.'),
    podSelector: labelSelector('Pods.'),
  });
  return record('Some connections.', {
    [peers]: list(`${description} Anywhere if absent.`, peer),
    ports: list('On which ports; all if absent.', port),
  });
}

function defaultTypes(object: ApiObject): void {
  const spec: JsonObject = ensureRecord(object, 'spec');
  for (const direction of ['ingress', 'egress']) {
    for (const one of recordsAt(spec, direction)) {
      for (const port of recordsAt(one, 'ports')) if (textAt(port, 'protocol') === '') port.protocol = 'TCP';
    }
  }
  if (spec.policyTypes !== undefined) return;
  spec.policyTypes = spec.egress === undefined ? ['Ingress'] : ['Ingress', 'Egress'];
}
