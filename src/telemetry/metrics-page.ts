import { type MetricFamily, metricFamilies } from './metric-families.ts';

/** The text of `docs/metrics.md`. */
export function metricsPage(): string {
  const rows = Object.entries(metricFamilies).map(
    ([name, family]: [string, MetricFamily]) =>
      `| \`${name}\` | ${family.type} | ${family.labels.map((label) => `\`${label}\``).join(', ')} | ${family.help} |`,
  );
  const buckets = Object.entries(metricFamilies)
    .filter(([, family]) => family.buckets.length > 0)
    .map(([name, family]) => `* \`${name}\`: ${family.buckets.join(', ')}`);
  return [
    '# Metrics',
    '',
    '<!-- Made from src/telemetry/metric-families.ts; a test holds them equal. -->',
    '',
    'Served as Prometheus text at `/metrics`. Names and labels are stable. `route` is `KIND/NAMESPACE/NAME/INDEX`, `service` is',
    '`NAMESPACE/NAME:PORT`. Every label value comes from the cluster, from the settings or from a closed set; nothing that a client',
    'sends becomes one: unknown methods are `other`, and so are status codes outside 100 to 599. KIND is `IngressRoute.traefik.io` for',
    'IngressRoutes of the API group of Traefik.',
    '',
    '| metric | type | labels | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
    'A series of a route or service appears with its first request and goes when the route or service is gone from all proxy',
    'threads. When a proxy thread is replaced, what it counted stays in the counters.',
    '',
    '## Buckets of the histograms, in seconds',
    '',
    ...buckets,
    '',
  ].join('\n');
}
