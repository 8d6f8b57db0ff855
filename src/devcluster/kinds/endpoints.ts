import type { ApiObject, JsonObject } from '../json.ts';
import type { FieldError, ResourceType } from '../resource-type.ts';
import { required } from '../schema/field-errors.ts';
import { type EndpointAddressCheck, endpointAddressCheck } from './addresses.ts';
import { behaviour } from './behaviour.ts';
import { defineKind } from './define.ts';
import { addressProblems, portNumberProblems } from './names.ts';
import { invalidFor } from './problems.ts';
import { numberAt, recordsAt, textAt } from './reading.ts';
import { objectReference } from './references.ts';
import {
  exactText,
  int,
  type KindSchema,
  kindSchema,
  list,
  preset,
  record,
  text,
  whole,
} from './schema-dsl.ts';
import { column, shortList, table } from './table-columns.ts';

/** core/v1 Endpoints, the former form of EndpointSlices. */
export function endpointsType(allowLoopback: boolean): ResourceType {
  const checkAddress = endpointAddressCheck(allowLoopback);
  const schema = kindSchema('Deprecated: the endpoints of a Service in one object.', {
    subsets: list('Endpoints that have their ports in common.', subset()),
  });
  return defineKind({
    group: '',
    kind: 'Endpoints',
    plural: 'endpoints',
    shortNames: ['ep'],
    schema,
    deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
    behaviour: behaviour(schema, {
      validate: (object) =>
        recordsAt(object, 'subsets').flatMap((one, index) =>
          subsetErrors(one, `subsets[${index}]`, checkAddress),
        ),
    }),
    table: table([column('Endpoints', 'Addresses with their ports.')], (object) => [endpointsCell(object)]),
  });
}

function subset(): KindSchema {
  const address = whole(
    record(
      'One address.',
      {
        hostname: text('Its host name.'),
        ip: text('The address.'),
        nodeName: exactText('The node it is on.'),
        targetRef: objectReference('The object that is behind it, as a Pod.'),
      },
      ['ip'],
    ),
  );
  const port = whole(
    record(
      'One port.',
      {
        appProtocol: text('The protocol spoken on top.'),
        name: text('The name of the port of the Service.'),
        port: int('Its number.'),
        protocol: preset(text('TCP, UDP or SCTP.'), 'TCP'),
      },
      ['port'],
    ),
  );
  return record('Endpoints with the same ports.', {
    addresses: list('Those that are ready.', address),
    notReadyAddresses: list('Those that are not.', address),
    ports: list('The ports of all of them.', port),
  });
}

function subsetErrors(one: JsonObject, field: string, checkAddress: EndpointAddressCheck): FieldError[] {
  const errors: FieldError[] = [];
  if (recordsAt(one, 'addresses').length + recordsAt(one, 'notReadyAddresses').length === 0) {
    errors.push(required(field, 'must specify `addresses` or `notReadyAddresses`'));
  }
  for (const list of ['addresses', 'notReadyAddresses']) {
    recordsAt(one, list).forEach((address, index) => {
      const ip = textAt(address, 'ip');
      const malformed = addressProblems(ip);
      const problems = malformed.length > 0 ? malformed : checkAddress(ip);
      errors.push(...invalidFor(`${field}.${list}[${index}].ip`, ip, problems));
    });
  }
  recordsAt(one, 'ports').forEach((port, index) => {
    const number = numberAt(port, 'port') ?? 0;
    errors.push(...invalidFor(`${field}.ports[${index}].port`, number, portNumberProblems(number)));
  });
  return errors;
}

function endpointsCell(object: ApiObject): string {
  const cells = recordsAt(object, 'subsets').flatMap((one) => {
    const ports = recordsAt(one, 'ports').map((port) => String(port.port));
    return recordsAt(one, 'addresses').flatMap((address) => {
      const ip = textAt(address, 'ip');
      return ports.length === 0 ? [ip] : ports.map((port) => `${ip}:${port}`);
    });
  });
  return shortList(cells, 3, '<none>');
}
