import { byDiagnostic, type Diagnostic, type DiagnosticCode } from '../model/diagnostic.ts';
import type { WantedEvent } from '../model/wanted-event.ts';
import { describedDiagnostic } from './route-details.ts';

/** The kinds that people write for us: an Event on a Service would tell somebody who need not know of Fairlead. */
const kindsWithEvents: ReadonlySet<string> = new Set([
  'Ingress',
  'IngressRoute',
  'Middleware',
  'ServersTransport',
  'IngressRouteTCP',
  'IngressRouteUDP',
  'MiddlewareTCP',
  'ServersTransportTCP',
  'TLSOption',
  'TLSStore',
  // Whose certificate ends.
  'Secret',
]);

/** Whether problems of such an object become Events at all. */
export function hasEvents(kind: string): boolean {
  return kindsWithEvents.has(kind);
}

/** One Event for every code, however often the object has the problem. `diagnostics` are all of one object. */
export function wantedEvents(diagnostics: readonly Diagnostic[]): readonly WantedEvent[] {
  const byCode = new Map<DiagnosticCode, Diagnostic[]>();
  for (const one of [...diagnostics].sort(byDiagnostic)) {
    if (!hasEvents(one.object.kind)) continue;
    const list = byCode.get(one.code);
    if (list === undefined) byCode.set(one.code, [one]);
    else list.push(one);
  }
  return [...byCode].flatMap(([reason, [first, ...more]]) => {
    if (first === undefined) return [];
    const note = describedDiagnostic(first) + (more.length === 0 ? '' : ` (and ${more.length} more like it)`);
    return [{ object: first.object, reason, field: first.path, note }];
  });
}
