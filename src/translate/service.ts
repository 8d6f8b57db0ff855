import { quote } from '../api/field-path.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { PlanService } from '../model/plan.ts';
import type { TranslateContext } from './context.ts';
import type { ResolvedName } from './reference.ts';
import { elementsOf, fieldsOf, portOf, textOf } from './shape.ts';

/** Protocols of ports that are forwarded to. */
export type PortProtocol = 'TCP' | 'UDP';

/** A port of a Service, the fields that matter here. */
export interface ServicePort {
  /** Empty where the port has no name. */
  readonly name: string;
  readonly port: number;
  /** `appProtocol`; empty where there is none. */
  readonly appProtocol: string;
}

/** Where a Service is named, and which of its ports is meant: by number, or by name. */
export interface ServicePortReference extends ResolvedName {
  readonly port: number | string;
  /** Absent for TCP. A Service may have a port of each with one number. */
  readonly protocol?: PortProtocol;
  /** JSON paths of the fields that hold the name and the port. */
  readonly namePath: string;
  readonly portPath: string;
}

/** A service of the plan, and the protocol that its port seems to speak. */
export interface ResolvedService {
  readonly service: PlanService;
  readonly port: ServicePort;
}

/** The ports of a Service for one protocol, in its order (Kubernetes ServicePort: no protocol means TCP). */
export function portsOf(service: unknown, protocol: PortProtocol): readonly ServicePort[] {
  const ports: ServicePort[] = [];
  for (const element of elementsOf(fieldsOf(fieldsOf(service).spec).ports)) {
    const fields = fieldsOf(element);
    const port = portOf(fields.port);
    if (port === undefined || (textOf(fields.protocol) ?? 'TCP') !== protocol) continue;
    ports.push({ name: textOf(fields.name) ?? '', port, appProtocol: textOf(fields.appProtocol) ?? '' });
  }
  return ports;
}

/** Finds the Service and the port that a reference means; where it cannot be used, reports and answers with the code. */
export function resolveService(
  context: TranslateContext,
  reference: ServicePortReference,
): ResolvedService | DiagnosticCode {
  const { namespace, name, namePath } = reference;
  const { fragment, lookup, options } = context;
  const object = lookup.get('Service', namespace, name);
  if (object === undefined) {
    fragment.report(
      namePath,
      'ServiceNotFound',
      `there is no Service ${quote(name)} in namespace ${quote(namespace)}`,
      'Create the Service, or correct the name.',
    );
    return 'ServiceNotFound';
  }
  if (fieldsOf(fieldsOf(object).spec).type === 'ExternalName') {
    return refuseExternalName(context, reference, options.allowExternalNames);
  }
  const { protocol = 'TCP' } = reference;
  const ports = portsOf(object, protocol);
  const wanted = numberIn(reference.port);
  const port = ports.find((one) => (typeof wanted === 'number' ? one.port === wanted : one.name === wanted));
  if (port === undefined || reference.port === '') return reportPort(context, reference, ports);
  return { service: Object.freeze(plannedService(reference, port.port, protocol)), port };
}

function plannedService(
  { namespace, name }: ResolvedName,
  port: number,
  protocol: PortProtocol,
): PlanService {
  const key = `${namespace}/${name}:${port}`;
  if (protocol === 'TCP') return { key, namespace, name, port };
  return { key: `${key}/udp`, namespace, name, port, protocol: 'udp' };
}

/** Names of ports hold a letter (Kubernetes IANA service names), so text of digits alone can only be meant as a number. */
function numberIn(port: number | string): number | string {
  return typeof port === 'string' && /^\d{1,5}$/.test(port) ? Number(port) : port;
}

function reportPort(
  context: TranslateContext,
  reference: ServicePortReference,
  ports: readonly ServicePort[],
): DiagnosticCode {
  const { protocol = 'TCP' } = reference;
  const asked = typeof reference.port === 'number' ? String(reference.port) : quote(reference.port);
  const known = ports.map((one) => (one.name === '' ? `${one.port}` : `${one.port} (${quote(one.name)})`));
  context.fragment.report(
    reference.portPath,
    'ServicePortNotFound',
    `Service ${quote(reference.name)} has no ${protocol} port ${asked}`,
    known.length === 0
      ? `The Service has no ${protocol} port.`
      : `Its ${protocol} ports are ${shortList(known)}.`,
  );
  return 'ServicePortNotFound';
}

function refuseExternalName(
  context: TranslateContext,
  reference: ServicePortReference,
  allowed: boolean,
): DiagnosticCode {
  const code = allowed ? 'NotSupported' : 'ExternalNameService';
  context.fragment.report(
    reference.namePath,
    code,
    allowed
      ? `Service ${quote(reference.name)} is of type ExternalName, to which this version cannot forward`
      : `Service ${quote(reference.name)} is of type ExternalName, which could lead anywhere`,
    'Use a Service with endpoints of its own.',
  );
  return code;
}

/** At most eight entries, so that a Service of a thousand ports makes no message of a thousand. */
export function shortList(entries: readonly string[]): string {
  return entries.length <= 8 ? entries.join(', ') : `${entries.slice(0, 8).join(', ')}, …`;
}
