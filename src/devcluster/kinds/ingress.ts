import { isIP } from 'node:net';
import type { ApiObject, JsonObject } from '../json.ts';
import type { FieldError, ResourceType, WriteContext } from '../resource-type.ts';
import { invalidValue, required } from '../schema/field-errors.ts';
import { behaviour } from './behaviour.ts';
import { defineKind, statusSubresource } from './define.ts';
import { markGiven } from './given.ts';
import { backendErrors } from './ingress-backend.ts';
import { ingressPathErrors } from './ingress-path.ts';
import { ingressSchema } from './ingress-schema.ts';
import { addressProblems, subdomainProblems, wildcardProblems } from './names.ts';
import { invalidFor } from './problems.ts';
import { ensureRecord, optionalRecordAt, recordAt, recordsAt, textAt, textsAt } from './reading.ts';
import { column, shortList, table } from './table-columns.ts';

const classAnnotation = 'kubernetes.io/ingress.class';
const defaultClassAnnotation = 'ingressclass.kubernetes.io/is-default-class';

/** networking.k8s.io/v1 Ingress. */
export function ingressType(): ResourceType {
  const schema = ingressSchema();
  return defineKind({
    group: 'networking.k8s.io',
    kind: 'Ingress',
    plural: 'ingresses',
    shortNames: ['ing'],
    subresources: [statusSubresource],
    schema,
    behaviour: behaviour(schema, {
      status: true,
      generation: true,
      prepareCreate: takeDefaultClass,
      validate,
      warnings,
    }),
    table: table(
      [
        column('Class', 'The IngressClass it is for.'),
        column('Hosts', 'The hosts that its rules name.'),
        column('Address', 'Where the outside finds it.'),
        column('Ports', '443 beside 80 if there is TLS.'),
      ],
      (object) => {
        const spec = recordAt(object, 'spec');
        return [
          textAt(spec, 'ingressClassName') || '<none>',
          hostsOf(spec),
          addressesOf(object),
          recordsAt(spec, 'tls').length > 0 ? '80, 443' : '80',
        ];
      },
    ),
  });
}

/** The admission plugin DefaultIngressClass: without a class, the newest of the annotated ones is taken. */
function takeDefaultClass(object: ApiObject, context: WriteContext): void {
  const spec = ensureRecord(object, 'spec');
  if (spec.ingressClassName !== undefined || object.metadata.annotations?.[classAnnotation] !== undefined)
    return;
  const [newest] = context
    .list('networking.k8s.io', 'ingressclasses', '')
    .filter((one) => one.metadata.annotations?.[defaultClassAnnotation] === 'true')
    .sort(byAge);
  if (newest === undefined) return;
  spec.ingressClassName = newest.metadata.name;
  markGiven(object, ['f:spec', 'f:ingressClassName']);
}

/** Newest first; of the same age by name. */
function byAge(a: ApiObject, b: ApiObject): number {
  const [one, other] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (one !== other) return one > other ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

function validate(object: ApiObject, existing: ApiObject | null): readonly FieldError[] {
  const spec = recordAt(object, 'spec');
  return [
    ...specErrors(spec),
    ...(existing === null ? classErrors(object, spec) : []),
    ...addressErrors(recordsAt(recordAt(recordAt(object, 'status'), 'loadBalancer'), 'ingress')),
  ];
}

function specErrors(spec: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const rules = recordsAt(spec, 'rules');
  const fallback = optionalRecordAt(spec, 'defaultBackend');
  if (rules.length === 0 && fallback === undefined) {
    errors.push(invalidValue('spec', null, 'either `defaultBackend` or `rules` must be specified'));
  }
  recordsAt(spec, 'tls').forEach((tls, index) => {
    errors.push(...tlsErrors(tls, `spec.tls[${index}]`));
  });
  if (fallback !== undefined) errors.push(...backendErrors(fallback, 'spec.defaultBackend'));
  rules.forEach((rule, index) => {
    errors.push(...ruleErrors(rule, `spec.rules[${index}]`));
  });
  if (typeof spec.ingressClassName === 'string') {
    const name = spec.ingressClassName;
    errors.push(...invalidFor('spec.ingressClassName', name, subdomainProblems(name)));
  }
  return errors;
}

function tlsErrors(tls: JsonObject, field: string): FieldError[] {
  const secret = textAt(tls, 'secretName');
  return [
    ...textsAt(tls, 'hosts').flatMap((host, index) => nameErrors(`${field}.hosts[${index}]`, host)),
    ...(secret === '' ? [] : invalidFor(`${field}.secretName`, secret, subdomainProblems(secret))),
  ];
}

function ruleErrors(rule: JsonObject, field: string): FieldError[] {
  const host = textAt(rule, 'host');
  const errors: FieldError[] = [];
  if (isIP(host) !== 0)
    errors.push(invalidValue(`${field}.host`, host, 'must be a DNS name, not an IP address'));
  else if (host !== '') errors.push(...nameErrors(`${field}.host`, host));
  const http = optionalRecordAt(rule, 'http');
  if (http === undefined) return errors;
  const paths = recordsAt(http, 'paths');
  if (paths.length === 0) errors.push(required(`${field}.http.paths`));
  paths.forEach((path, index) => {
    errors.push(...ingressPathErrors(path, `${field}.http.paths[${index}]`));
  });
  return errors;
}

function nameErrors(field: string, host: string): FieldError[] {
  return invalidFor(field, host, host.includes('*') ? wildcardProblems(host) : subdomainProblems(host));
}

function classErrors(object: ApiObject, spec: JsonObject): FieldError[] {
  const annotated = object.metadata.annotations?.[classAnnotation];
  const named = spec.ingressClassName;
  if (annotated === undefined || named === undefined || annotated === named) return [];
  const rule = 'must match `ingressClassName` when both are specified';
  return [invalidValue(`annotations.${classAnnotation}`, annotated, rule)];
}

/** Of `status.loadBalancer.ingress`, which an Ingress and a Service have in common. */
export function addressErrors(addresses: readonly JsonObject[]): FieldError[] {
  return addresses.flatMap((address, index) => {
    const field = `status.loadBalancer.ingress[${index}]`;
    const ip = textAt(address, 'ip');
    const hostname = textAt(address, 'hostname');
    const errors = ip === '' ? [] : invalidFor(`${field}.ip`, ip, addressProblems(ip));
    if (hostname === '') return errors;
    if (isIP(hostname) !== 0) {
      return [
        ...errors,
        invalidValue(`${field}.hostname`, hostname, 'must be a DNS name, not an IP address'),
      ];
    }
    return [...errors, ...invalidFor(`${field}.hostname`, hostname, subdomainProblems(hostname))];
  });
}

function warnings(object: ApiObject): readonly string[] {
  if (object.metadata.annotations?.[classAnnotation] === undefined) return [];
  return [`annotation "${classAnnotation}" is deprecated, please use 'spec.ingressClassName' instead`];
}

function hostsOf(spec: JsonObject): string {
  const hosts = recordsAt(spec, 'rules').map((rule) => textAt(rule, 'host'));
  return shortList(
    hosts.filter((host) => host !== ''),
    3,
    '*',
  );
}

/** Addresses and host names, joined by commas (also printed for Services). */
export function addressesOf(object: ApiObject): string {
  return recordsAt(recordAt(recordAt(object, 'status'), 'loadBalancer'), 'ingress')
    .map((address) => textAt(address, 'ip') || textAt(address, 'hostname'))
    .filter((address) => address !== '')
    .join(',');
}
