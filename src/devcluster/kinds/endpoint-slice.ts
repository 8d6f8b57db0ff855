import { isIPv6 } from 'node:net';
import type { ApiObject, JsonObject } from '../json.ts';
import type { FieldError, ResourceType } from '../resource-type.ts';
import { duplicate, invalidValue, notSupported, required, tooMany } from '../schema/field-errors.ts';
import { areEqual } from '../schema/values.ts';
import { type EndpointAddressCheck, endpointAddressCheck } from './addresses.ts';
import { behaviour } from './behaviour.ts';
import { defineKind } from './define.ts';
import { endpointSliceSchema } from './endpoint-slice-schema.ts';
import {
  addressProblems,
  labelProblems,
  portNameProblems,
  qualifiedNameProblems,
  subdomainProblems,
} from './names.ts';
import { immutable, invalidFor } from './problems.ts';
import { orNull, recordsAt, textAt, textsAt } from './reading.ts';
import { column, shortList, table } from './table-columns.ts';

const maxEndpoints = 1_000;
const maxPorts = 20_000;
const maxAddresses = 100;

/**
 * discovery.k8s.io/v1 EndpointSlice.
 *
 * @param allowLoopback lets endpoints be on this machine, which Kubernetes refuses
 */
export function endpointSliceType(allowLoopback: boolean): ResourceType {
  const schema = endpointSliceSchema();
  const checkAddress = endpointAddressCheck(allowLoopback);
  const plain = behaviour(schema, {
    generation: true,
    normalize: showEmptyLists,
    validate: (object, existing) => sliceErrors(object, existing, checkAddress),
    warnings: (object) =>
      object.addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : [],
  });
  return defineKind({
    group: 'discovery.k8s.io',
    kind: 'EndpointSlice',
    plural: 'endpointslices',
    schema,
    behaviour: {
      ...plain,
      prepareUpdate(object, existing, context) {
        plain.prepareUpdate(object, existing, context);
        countLabels(object, existing);
      },
    },
    table: table(
      [
        column('AddressType', 'IPv4, IPv6 or FQDN.'),
        column('Ports', 'The ports of all endpoints.'),
        column('Endpoints', 'Their addresses.'),
      ],
      (object) => [textAt(object, 'addressType'), portsCell(object), endpointsCell(object)],
    ),
  });
}

/** Go prints lists of an EndpointSlice that are empty as null. */
function showEmptyLists(object: ApiObject): void {
  object.endpoints ??= null;
  object.ports ??= null;
  if (Array.isArray(object.endpoints) && object.endpoints.length === 0) object.endpoints = null;
}

/** Unlike elsewhere, a change of the labels makes a new generation too. */
function countLabels(object: ApiObject, existing: ApiObject): void {
  const before = existing.metadata.generation ?? 0;
  const changed = !areEqual(object.metadata.labels, existing.metadata.labels);
  if (changed && object.metadata.generation === before) object.metadata.generation = before + 1;
}

function sliceErrors(
  object: ApiObject,
  existing: ApiObject | null,
  checkAddress: EndpointAddressCheck,
): FieldError[] {
  const addressType = textAt(object, 'addressType');
  if (existing !== null && addressType !== existing.addressType)
    return [immutable('addressType', addressType)];
  const endpoints = recordsAt(object, 'endpoints');
  const ports = recordsAt(object, 'ports');
  const errors: FieldError[] = addressTypeErrors(addressType);
  if (endpoints.length > maxEndpoints) errors.push(tooMany('endpoints', endpoints.length, maxEndpoints));
  if (ports.length > maxPorts) errors.push(tooMany('ports', ports.length, maxPorts));
  if (errors.length > 0) return errors;
  return [
    ...endpoints.flatMap((endpoint, index) => [
      ...addressesErrors(endpoint, `endpoints[${index}]`, { addressType, checkAddress }),
      ...hostnameErrors(endpoint, `endpoints[${index}]`),
    ]),
    ...portsErrors(ports),
  ];
}

function addressTypeErrors(addressType: string): FieldError[] {
  if (addressType === '') return [required('addressType')];
  const known = ['FQDN', 'IPv4', 'IPv6'];
  return known.includes(addressType) ? [] : [notSupported('addressType', addressType, known)];
}

interface AddressRules {
  addressType: string;
  checkAddress: EndpointAddressCheck;
}

function addressesErrors(endpoint: JsonObject, path: string, rules: AddressRules): FieldError[] {
  const field = `${path}.addresses`;
  const addresses = textsAt(endpoint, 'addresses');
  if (addresses.length === 0) return [required(field, 'must contain at least 1 address')];
  if (addresses.length > maxAddresses) return [tooMany(field, addresses.length, maxAddresses)];
  const seen = new Set<string>();
  return addresses.flatMap((address, index) => {
    if (seen.has(address)) return [duplicate(`${field}[${index}]`, address)];
    seen.add(address);
    return addressErrors(address, { list: field, item: `${field}[${index}]` }, rules);
  });
}

function addressErrors(
  address: string,
  field: { list: string; item: string },
  { addressType, checkAddress }: AddressRules,
): FieldError[] {
  if (addressType === 'FQDN') return invalidFor(field.item, address, subdomainProblems(address));
  const malformed = addressProblems(address);
  if (malformed.length > 0) return invalidFor(field.item, address, malformed);
  if (isIPv6(address) !== (addressType === 'IPv6')) {
    return [invalidValue(field.list, address, `must be an ${addressType} address`)];
  }
  return invalidFor(field.item, address, checkAddress(address));
}

function hostnameErrors(endpoint: JsonObject, path: string): FieldError[] {
  const hostname = textAt(endpoint, 'hostname');
  return hostname === '' ? [] : invalidFor(`${path}.hostname`, hostname, labelProblems(hostname));
}

function portsErrors(ports: readonly JsonObject[]): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const field = `ports[${index}]`;
    const name = textAt(port, 'name');
    const appProtocol = textAt(port, 'appProtocol');
    const errors = name === '' ? [] : invalidFor(`${field}.name`, name, portNameProblems(name));
    if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
    names.add(name);
    if (!['TCP', 'UDP', 'SCTP'].includes(textAt(port, 'protocol'))) {
      errors.push(notSupported(`${field}.protocol`, orNull(port.protocol), ['SCTP', 'TCP', 'UDP']));
    }
    if (appProtocol !== '') {
      errors.push(...invalidFor(`${field}.appProtocol`, appProtocol, qualifiedNameProblems(appProtocol)));
    }
    return errors;
  });
}

function portsCell(object: ApiObject): string {
  const ports = recordsAt(object, 'ports').map((port) => (port.port === undefined ? '' : String(port.port)));
  if (ports.length > 0 && ports.every((port) => port === '')) return '<unset>';
  return shortList(ports, 3, '<unset>');
}

function endpointsCell(object: ApiObject): string {
  const addresses = recordsAt(object, 'endpoints').flatMap((endpoint) => textsAt(endpoint, 'addresses'));
  return shortList(addresses, 3, '<unset>');
}
