import { quote } from '../api/field-path.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { ForwardTarget } from '../model/plan.ts';
import { type Annotated, type AnnotationReport, readAnnotations } from './annotations.ts';
import type { TranslateContext } from './context.ts';
import { speaksPlainHttp } from './scheme.ts';
import { resolveService, type ServicePortReference } from './service.ts';

/**
 * Where a backend of an Ingress leads, or why nowhere. What annotations of the Ingress say of services holds for all of them;
 * what those of the Service say, where the Ingress says nothing. Only Ingresses read annotations of Services.
 */
export function ingressTarget(
  context: TranslateContext,
  reference: ServicePortReference,
  ofIngress: Annotated,
): ForwardTarget | DiagnosticCode {
  const { fragment, lookup } = context;
  const { namespace, name, namePath, portPath } = reference;
  const resolved = resolveService(context, reference);
  if (typeof resolved === 'string') return resolved;
  const report: AnnotationReport = (annotation, code, message, hint) =>
    fragment.report(namePath, code, `annotation ${annotation} of Service ${quote(name)}: ${message}`, hint);
  const object = lookup.get('Service', namespace, name);
  const ofService = object === undefined ? null : readAnnotations(object, 'Service', report, ofIngress);
  const said = (field: string) => (ofIngress.settings.get(field) ?? ofService?.settings.get(field))?.value;
  const failure = ofIngress.failure ?? ofService?.failure;
  if (typeof failure === 'string') return failure;
  const scheme = said('routes[].services[].scheme');
  if (!speaksPlainHttp(context, resolved, typeof scheme === 'string' ? scheme : undefined, portPath)) {
    return 'NotSupported';
  }
  fragment.useService(resolved.service);
  const passHostHeader = said('routes[].services[].passHostHeader') !== false;
  return { service: resolved.service.key, weight: 1, scheme: 'http', passHostHeader };
}
