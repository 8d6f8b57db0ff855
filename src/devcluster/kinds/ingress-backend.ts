import type { JsonObject } from '../json.ts';
import type { FieldError } from '../resource-type.ts';
import { invalidValue, required } from '../schema/field-errors.ts';
import { labelProblems, portNameProblems, portNumberProblems } from './names.ts';
import { invalidFor } from './problems.ts';
import { numberAt, optionalRecordAt, recordAt, textAt } from './reading.ts';

/** What is wrong with a backend of an Ingress: it is a Service with a port, or another object, and not both. */
export function backendErrors(backend: JsonObject, field: string): FieldError[] {
  const service = optionalRecordAt(backend, 'service');
  const resource = optionalRecordAt(backend, 'resource');
  if (service !== undefined && resource !== undefined) {
    return [invalidValue(field, '', 'cannot set both resource and service backends')];
  }
  if (resource !== undefined) return resourceErrors(resource, `${field}.resource`);
  if (service !== undefined) return serviceErrors(service, field);
  return [invalidValue(field, '', 'resource or service backend is required')];
}

function resourceErrors(resource: JsonObject, field: string): FieldError[] {
  return ['kind', 'name']
    .filter((part) => textAt(resource, part) === '')
    .map((part) => required(`${field}.${part}`));
}

function serviceErrors(service: JsonObject, field: string): FieldError[] {
  const name = textAt(service, 'name');
  const port = recordAt(service, 'port');
  const portName = textAt(port, 'name');
  const portNumber = numberAt(port, 'number') ?? 0;
  const errors =
    name === ''
      ? [required(`${field}.service.name`)]
      : invalidFor(`${field}.service.name`, name, labelProblems(name));
  if (portName !== '' && portNumber !== 0) {
    return [...errors, invalidValue(field, '', 'cannot set both port name & port number')];
  }
  if (portName !== '') {
    return [...errors, ...invalidFor(`${field}.service.port.name`, portName, portNameProblems(portName))];
  }
  if (portNumber === 0) return [...errors, required(field, 'port name or number is required')];
  return [
    ...errors,
    ...invalidFor(`${field}.service.port.number`, portNumber, portNumberProblems(portNumber)),
  ];
}
