import type { ApiObject, Json, JsonObject } from '../json.ts';
import type { FieldError } from '../resource-type.ts';
import { duplicate, forbidden, invalidValue, notSupported, required } from '../schema/field-errors.ts';
import { areEqual } from '../schema/values.ts';
import { addressErrors } from './ingress.ts';
import {
  addressProblems,
  labelProblems,
  portNameProblems,
  portNumberProblems,
  qualifiedNameProblems,
  subdomainProblems,
} from './names.ts';
import { invalidFor } from './problems.ts';
import { numberAt, orNull, recordAt, recordsAt, textAt, textsAt } from './reading.ts';
import { isOutside, needsClusterAddress } from './service-defaults.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

/** What is wrong with a Service (Kubernetes ValidateService). */
export function serviceErrors(object: ApiObject, existing: ApiObject | null): FieldError[] {
  const spec = recordAt(object, 'spec');
  const errors: FieldError[] = [
    ...(existing === null ? [] : clusterAddressChanges(spec, recordAt(existing, 'spec'))),
    ...typeErrors(spec),
    ...portListErrors(spec),
    ...choiceErrors(spec),
    ...externalAddressErrors(spec),
  ];
  const addresses = recordsAt(recordAt(recordAt(object, 'status'), 'loadBalancer'), 'ingress');
  if (addresses.length > 0 && spec.type !== 'LoadBalancer') {
    const rule = "may only be used when `spec.type` is 'LoadBalancer'";
    errors.push(forbidden('status.loadBalancer.ingress', rule));
  }
  return [...errors, ...addressErrors(addresses)];
}

function typeErrors(spec: JsonObject): FieldError[] {
  if (!types.includes(String(spec.type))) return [notSupported('spec.type', orNull(spec.type), types)];
  if (spec.type === 'ExternalName') return externalNameErrors(spec);
  return clusterAddressErrors(spec);
}

function externalNameErrors(spec: JsonObject): FieldError[] {
  const name = textAt(spec, 'externalName').replace(/\.$/, '');
  const errors =
    textsAt(spec, 'clusterIPs').length > 0 || textAt(spec, 'clusterIP') !== ''
      ? [forbidden('spec.clusterIPs', 'may not be set for ExternalName services')]
      : [];
  if (name === '') return [...errors, required('spec.externalName')];
  return [...errors, ...invalidFor('spec.externalName', name, subdomainProblems(name))];
}

function clusterAddressErrors(spec: JsonObject): FieldError[] {
  return textsAt(spec, 'clusterIPs').flatMap((address, index) => {
    const field = `spec.clusterIPs[${index}]`;
    if (address !== 'None') return invalidFor(field, address, addressProblems(address));
    const problem = `may not be set to 'None' for ${String(spec.type)} services`;
    return isOutside(spec) ? [invalidValue(field, address, problem)] : [];
  });
}

function clusterAddressChanges(spec: JsonObject, old: JsonObject): FieldError[] {
  if (!needsClusterAddress(spec) || !needsClusterAddress(old)) return [];
  const [before] = textsAt(old, 'clusterIPs');
  if (before === undefined || textsAt(spec, 'clusterIPs')[0] === before) return [];
  return [invalidValue('spec.clusterIPs[0]', orNull(spec.clusterIPs), 'may not change once set')];
}

function portListErrors(spec: JsonObject): FieldError[] {
  const ports = recordsAt(spec, 'ports');
  const needed = spec.type !== 'ExternalName' && spec.clusterIP !== 'None';
  if (ports.length === 0) return needed ? [required('spec.ports')] : [];
  const names = new Set<string>();
  const seen: Json[] = [];
  return ports.flatMap((port, index) => {
    const field = `spec.ports[${index}]`;
    const errors = [
      ...nameErrors(port, field, { names, needed: ports.length > 1 }),
      ...portErrors(port, field),
    ];
    if (spec.type === 'ClusterIP' && port.nodePort !== undefined) {
      errors.push(forbidden(`${field}.nodePort`, "may not be used when `type` is 'ClusterIP'"));
    }
    const key = { port: orNull(port.port), protocol: orNull(port.protocol) };
    if (seen.some((other) => areEqual(other, key))) errors.push(duplicate(field, shownDuplicate(port)));
    seen.push(key);
    return errors;
  });
}

/** As Kubernetes prints it: the fields that make the key, and zeros for the others. */
function shownDuplicate(port: JsonObject): JsonObject {
  const { port: Port, protocol: Protocol } = port;
  return { Name: '', Protocol, AppProtocol: null, Port, TargetPort: 0, NodePort: 0 };
}

function nameErrors(
  port: JsonObject,
  field: string,
  { names, needed }: { names: Set<string>; needed: boolean },
): FieldError[] {
  const name = textAt(port, 'name');
  if (name === '') return needed ? [required(`${field}.name`)] : [];
  const errors = invalidFor(`${field}.name`, name, labelProblems(name));
  if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
  names.add(name);
  return errors;
}

function portErrors(port: JsonObject, field: string): FieldError[] {
  const number = numberAt(port, 'port') ?? 0;
  const { protocol, targetPort } = port;
  const appProtocol = textAt(port, 'appProtocol');
  const errors = invalidFor(`${field}.port`, number, portNumberProblems(number));
  if (protocol !== 'TCP' && protocol !== 'UDP' && protocol !== 'SCTP') {
    errors.push(notSupported(`${field}.protocol`, orNull(protocol), ['SCTP', 'TCP', 'UDP']));
  }
  if (typeof targetPort === 'number') {
    errors.push(...invalidFor(`${field}.targetPort`, targetPort, portNumberProblems(targetPort)));
  } else if (typeof targetPort === 'string') {
    errors.push(...invalidFor(`${field}.targetPort`, targetPort, portNameProblems(targetPort)));
  }
  if (appProtocol !== '') {
    errors.push(...invalidFor(`${field}.appProtocol`, appProtocol, qualifiedNameProblems(appProtocol)));
  }
  return errors;
}

function choiceErrors(spec: JsonObject): FieldError[] {
  return [
    ...choice(spec, 'sessionAffinity', ['ClientIP', 'None']),
    ...choice(spec, 'externalTrafficPolicy', ['Cluster', 'Local']),
    ...choice(spec, 'internalTrafficPolicy', ['Cluster', 'Local']),
    ...choice(spec, 'ipFamilyPolicy', ['PreferDualStack', 'RequireDualStack', 'SingleStack']),
  ];
}

function choice(spec: JsonObject, name: string, supported: readonly string[]): FieldError[] {
  const value = spec[name];
  if (value === undefined || supported.includes(String(value))) return [];
  return [notSupported(`spec.${name}`, value, supported)];
}

function externalAddressErrors(spec: JsonObject): FieldError[] {
  return textsAt(spec, 'externalIPs').flatMap((address, index) =>
    invalidFor(`spec.externalIPs[${index}]`, address, addressProblems(address)),
  );
}
