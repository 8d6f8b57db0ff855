import { connectionRefusals } from '../model/outcome.ts';
/** One metric: its name and labels are what users rely on. */
export interface MetricFamily {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  /** One sentence for `# HELP` and the reference page. */
  readonly help: string;
  /** Upper bounds in seconds, ascending, without infinity; empty unless a histogram. */
  readonly buckets: readonly number[];
  /** Who counts: each proxy thread in shared cells, or the control thread. */
  readonly counted: 'thread' | 'control';
}

/** From half a millisecond to a minute: for families with few series. */
const fineBuckets = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;

/** For families with a series for each route or service, of which there may be 100,000. */
const coarseBuckets = [0.005, 0.025, 0.1, 0.5, 2.5, 10] as const;

/** Every metric, in the order in which they are shown. */
export const metricFamilies = {
  fairlead_build_info: {
    type: 'gauge',
    labels: ['version', 'node'],
    help: 'Always 1; the labels say what is running.',
    buckets: [],
    counted: 'control',
  },
  fairlead_entrypoint_requests_total: {
    type: 'counter',
    labels: ['entrypoint', 'protocol', 'method', 'code'],
    help: 'Requests that were answered, by entry point.',
    buckets: [],
    counted: 'thread',
  },
  fairlead_entrypoint_request_duration_seconds: {
    type: 'histogram',
    labels: ['entrypoint', 'protocol'],
    help: 'Time from the first byte of a request to the last byte of its answer, by entry point.',
    buckets: fineBuckets,
    counted: 'thread',
  },
  fairlead_entrypoint_open_connections: {
    type: 'gauge',
    labels: ['entrypoint', 'protocol'],
    help: 'Connections of clients that are open now.',
    buckets: [],
    counted: 'thread',
  },
  fairlead_route_requests_total: {
    type: 'counter',
    labels: ['route', 'code'],
    help: 'Requests that were answered, by the route that took them.',
    buckets: [],
    counted: 'thread',
  },
  fairlead_route_request_duration_seconds: {
    type: 'histogram',
    labels: ['route'],
    help: 'Time from the first byte of a request to the last byte of its answer, by route.',
    buckets: coarseBuckets,
    counted: 'thread',
  },
  fairlead_service_requests_total: {
    type: 'counter',
    labels: ['service', 'code'],
    help: 'Requests that were sent to a service, by the status that the client got.',
    buckets: [],
    counted: 'thread',
  },
  fairlead_service_request_duration_seconds: {
    type: 'histogram',
    labels: ['service'],
    help: 'Time from choosing an endpoint of a service to the first byte of its answer.',
    buckets: coarseBuckets,
    counted: 'thread',
  },
  fairlead_service_endpoints: {
    type: 'gauge',
    labels: ['service', 'state'],
    help: 'Endpoints of a service: ready, unhealthy, or draining (terminating but still serving).',
    buckets: [],
    counted: 'control',
  },
  fairlead_service_retries_total: {
    type: 'counter',
    labels: ['service', 'reason'],
    help: 'Times that another endpoint of a service was tried.',
    buckets: [],
    counted: 'thread',
  },
  fairlead_requests_refused_total: {
    type: 'counter',
    labels: ['entrypoint', 'reason'],
    help: 'Requests that Fairlead answered itself; the reason is that of X-Fairlead-Reason.',
    buckets: [],
    counted: 'thread',
  },
  fairlead_connections_refused_total: {
    type: 'counter',
    labels: ['entrypoint', 'reason'],
    help: `Connections closed before a request was read, and datagrams of new clients dropped: ${connectionRefusals.join(', ')}.`,
    buckets: [],
    counted: 'thread',
  },
  fairlead_table_generation: {
    type: 'gauge',
    labels: [],
    help: 'Generation that all proxy threads serve.',
    buckets: [],
    counted: 'control',
  },
  fairlead_table_routes: {
    type: 'gauge',
    labels: [],
    help: 'Routes of that generation.',
    buckets: [],
    counted: 'control',
  },
  fairlead_publish_duration_seconds: {
    type: 'histogram',
    labels: [],
    help: 'Time from reading a watch event to the change being live in all proxy threads.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    counted: 'control',
  },
  fairlead_diagnostics: {
    type: 'gauge',
    labels: ['kind', 'code'],
    help: 'Problems in objects now, by the kind of the object.',
    buckets: [],
    counted: 'control',
  },
  fairlead_watch_restarts_total: {
    type: 'counter',
    labels: ['kind'],
    help: 'Times that the watch of a kind ended and was begun again.',
    buckets: [],
    counted: 'control',
  },
  fairlead_watch_last_event_timestamp_seconds: {
    type: 'gauge',
    labels: ['kind'],
    help: 'When the watch of a kind last said anything, in seconds since the epoch.',
    buckets: [],
    counted: 'control',
  },
  fairlead_tls_certificate_not_after_seconds: {
    type: 'gauge',
    labels: ['secret'],
    help: 'When the certificate of a Secret that is in use ends, in seconds since the epoch.',
    buckets: [],
    counted: 'control',
  },
  fairlead_leader: {
    type: 'gauge',
    labels: [],
    help: '1 where this replica holds the Lease and writes statuses and Events, else 0.',
    buckets: [],
    counted: 'control',
  },
  fairlead_event_loop_delay_seconds: {
    type: 'gauge',
    labels: ['thread', 'quantile'],
    help: 'How late the event loop of a thread ran lately; quantile 1 is the longest delay.',
    buckets: [],
    counted: 'control',
  },
} as const satisfies Record<string, MetricFamily>;

export type MetricName = keyof typeof metricFamilies;

/** The family of a name that came from elsewhere; undefined where there is none. */
export function metricFamily(name: string): MetricFamily | undefined {
  return Object.hasOwn(metricFamilies, name) ? metricFamilies[name as MetricName] : undefined;
}

/** Number of cells that a row of a family takes: one, or for a histogram one for each bucket, one for infinity, and the sum. */
export function cellsOf(family: MetricFamily): number {
  return family.type === 'histogram' ? family.buckets.length + 2 : 1;
}
