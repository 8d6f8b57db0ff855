import type { UdpService } from '../api/ingress-route-udp.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { PlanService } from '../model/plan.ts';
import type { TranslateContext } from './context.ts';
import { resolveReference } from './reference.ts';
import { type PortProtocol, resolveService } from './service.ts';

/**
 * Finds the service that an entry of `services` of a TCP or UDP route means; where it cannot be used, reports and answers with
 * the code.
 */
export function resolveStreamService(
  context: TranslateContext,
  service: UdpService,
  path: string,
  protocol: PortProtocol,
): PlanService | DiagnosticCode {
  const name = resolveReference(context, 'Service', service, path);
  if (typeof name === 'string') return name;
  const { port } = service;
  const fields = { port, protocol, namePath: `${path}.name`, portPath: `${path}.port` };
  const resolved = resolveService(context, { ...name, ...fields });
  return typeof resolved === 'string' ? resolved : resolved.service;
}

/**
 * The targets of a route, of which at least one must be there, or the code of what is wrong. Null stands for an entry that
 * cannot be used but would get nothing anyway, as its weight is 0.
 */
export function targetsOf<Target>(
  found: readonly (Target | DiagnosticCode | null)[],
  path: string,
  { fragment }: TranslateContext,
): readonly Target[] | DiagnosticCode {
  if (found.length === 0) {
    const message = 'the route names no service to forward to';
    fragment.report(`${path}.services`, 'InvalidValue', message, 'Name a service.');
    return 'InvalidValue';
  }
  const targets: Target[] = [];
  for (const one of found) {
    if (typeof one === 'string') return one as DiagnosticCode;
    if (one !== null) targets.push(one);
  }
  return targets.length === 0 ? 'ServiceNotFound' : targets;
}
