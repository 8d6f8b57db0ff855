import type { Log } from '../model/log.ts';
import type { ListenAddress } from '../model/settings.ts';
import { json, type SideServer, startSideServer } from './http.ts';

/** What probes and scrapes are told. */
export interface ProbeView {
  /** What keeps us from being ready; empty means ready. */
  missingForReady(): readonly string[];
  /** What does not answer; empty means healthy. */
  unhealthy(): readonly string[];
  /** In the Prometheus text format. */
  metrics(): Promise<{ readonly type: string; readonly body: string }>;
}

/** Serves exactly `/metrics`, `/healthz` and `/readyz`. */
export function startMetricsServer(listen: ListenAddress, view: ProbeView, log: Log): Promise<SideServer> {
  return startSideServer({
    name: 'metrics',
    listen,
    log,
    loopbackHostsOnly: false,
    endpoints: {
      '/healthz': () => {
        const unhealthy = view.unhealthy();
        return json(unhealthy.length === 0 ? 200 : 503, { healthy: unhealthy.length === 0, unhealthy });
      },
      '/readyz': () => {
        const missing = view.missingForReady();
        return json(missing.length === 0 ? 200 : 503, { ready: missing.length === 0, missing });
      },
      '/metrics': async () => ({ status: 200, ...(await view.metrics()) }),
    },
  });
}
