import type { Diagnostic } from '../model/diagnostic.ts';
import type { Log } from '../model/log.ts';
import { formatReference } from '../model/object-reference.ts';
import type { ListenAddress } from '../model/settings.ts';
import { type ExplainSource, explainPlan } from './explanation.ts';
import { type Answer, json, type SideServer, startSideServer } from './http.ts';
import { routeLines } from './route-lines.ts';

/** What the JSON API shows; it changes nothing. */
export interface AdminView extends ExplainSource {
  readonly diagnostics: readonly Diagnostic[];
  /** What changed with the last generations, newest first. */
  readonly history: readonly object[];
  /** How this replica stands: readiness, kinds that are not to be had, the Lease. */
  readonly status: object;
}

/** Serves the JSON API to loopback names. */
export function startApiServer(listen: ListenAddress, view: AdminView, log: Log): Promise<SideServer> {
  const { host } = listen;
  return startSideServer({
    name: 'admin',
    listen,
    log,
    loopbackHostsOnly: host === 'localhost' || host === '::1' || host.startsWith('127.'),
    endpoints: {
      '/api/plan': () => json(200, { generation: view.generation, ...view.plan }),
      '/api/routes': () => json(200, routeLines(view)),
      '/api/diagnostics': () => json(200, view.diagnostics.map(diagnosticLine)),
      '/api/status': () => json(200, view.status),
      '/api/history': () => json(200, view.history),
      '/api/explain': (query) => explain(query, view),
    },
  });
}

function diagnosticLine({ object, ...rest }: Diagnostic): object {
  return { object: formatReference(object), ...rest };
}

function explain(query: URLSearchParams, view: AdminView): Answer {
  const headers = query.getAll('header').map((line): readonly [string, string] => {
    const colon = line.indexOf(':');
    return colon < 0 ? [line, ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  const entryPoint = query.get('entryPoint');
  const result = explainPlan(
    {
      ...(entryPoint === null ? {} : { entryPoint }),
      method: query.get('method') ?? 'GET',
      url: query.get('url') ?? '',
      headers,
      clientIp: query.get('clientIp') ?? '127.0.0.1',
    },
    view,
  );
  return result.ok ? json(200, result.explained) : json(400, { problem: result.problem });
}
