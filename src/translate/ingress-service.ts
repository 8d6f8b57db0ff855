import { quote } from '../api/field-path.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { ForwardTarget } from '../model/plan.ts';
import { type AnnotationReport, readAnnotations } from './annotations.ts';
import type { TranslateContext } from './context.ts';
import type { IngressSettings } from './ingress-annotations.ts';
import { schemeOf } from './scheme.ts';
import { transportNamed, useTransport } from './servers-transport.ts';
import { resolveService, type ServicePortReference } from './service.ts';

/**
 * Where a backend of an Ingress leads, or why nowhere. What annotations of the Ingress say of services holds for all of them;
 * what those of the Service say, where the Ingress says nothing. Only Ingresses read annotations of Services.
 */
export function ingressTarget(
  context: TranslateContext,
  reference: ServicePortReference,
  { annotated: ofIngress, nginx }: Pick<IngressSettings, 'annotated' | 'nginx'>,
): ForwardTarget | DiagnosticCode {
  const { fragment, lookup } = context;
  const { namespace, name, namePath } = reference;
  const resolved = resolveService(context, reference);
  if (typeof resolved === 'string') return resolved;
  const report: AnnotationReport = (annotation, code, message, hint) =>
    fragment.report(namePath, code, `annotation ${annotation} of Service ${quote(name)}: ${message}`, hint);
  const object = lookup.get('Service', namespace, name);
  const ofService = object === undefined ? null : readAnnotations(object, 'Service', report, ofIngress);
  const said = (field: string) => (ofIngress.settings.get(field) ?? ofService?.settings.get(field))?.value;
  const failure = ofIngress.failure ?? ofService?.failure;
  if (typeof failure === 'string') return failure;
  const scheme = schemeOf(resolved, schemeIn(said('routes[].services[].scheme')) ?? nginx.scheme);
  const named = said('routes[].services[].serversTransport');
  const transport =
    typeof named === 'string' && named !== ''
      ? transportNamed(context, named, namePath)
      : scheme === 'https' && nginx.failure === null
        ? nginx.transport
        : null;
  if (typeof transport === 'string') return transport;
  fragment.useService(resolved.service);
  if (transport !== null) useTransport(fragment, transport);
  return {
    service: resolved.service.key,
    weight: 1,
    scheme,
    ...(transport === null ? {} : { transport: transport.planned.id }),
    passHostHeader: said('routes[].services[].passHostHeader') !== false,
  };
}

function schemeIn(value: unknown): ForwardTarget['scheme'] | undefined {
  return value === 'http' || value === 'https' || value === 'h2c' ? value : undefined;
}
