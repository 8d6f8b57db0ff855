import type { GenerationRecord } from '../control/history.ts';
import type { Published } from '../control/publication.ts';
import type { PlanRoute } from '../model/plan.ts';
import type { PlanTcpRoute, PlanUdpRoute } from '../model/plan-tcp.ts';
import type { Rule } from '../model/rule.ts';
import type { EntryPoint } from '../model/settings.ts';
import type { Instance } from './instance.ts';

export interface OverviewOptions {
  readonly version: string;
  /** From the start of the command until ready. */
  readonly seconds: number;
  readonly paths: readonly string[];
  readonly kubeconfig: string;
  readonly apiServer: string;
  readonly instance: Instance;
  readonly entryPoints: readonly EntryPoint[];
}

const mostRoutes = 12;

/** What `dev` prints when all is up: what is served where, and what to try. */
export function overview({
  version,
  seconds,
  kubeconfig,
  apiServer,
  instance,
  entryPoints,
}: OverviewOptions): string {
  const { controller, ports, metrics, admin } = instance;
  const { routes, tcpRoutes = [], udpRoutes = [] } = controller.plan();
  const count = routes.length + tcpRoutes.length + udpRoutes.length;
  const opened = entryPoints.find(({ name, udp }) => udp !== true && ports[name] !== undefined);
  const port = opened === undefined ? 0 : (ports[opened.name] ?? 0);
  const shown = [
    ...routes.slice(0, mostRoutes).map((route) => [sampleUrl(route, port), route.id, whereTo(route)]),
    ...[...tcpRoutes, ...udpRoutes].slice(0, mostRoutes).map(streamRow),
  ].slice(0, mostRoutes);
  const lines = [
    `Fairlead ${version} is up: ${counted(count, 'route')}, ready in ${seconds.toFixed(1)} s`,
    '',
    ...table(shown),
    ...(count > mostRoutes ? [`  … and ${count - mostRoutes} more`] : []),
    ...(count > 0 ? [''] : []),
    ...table([
      [
        'entry points',
        Object.entries(ports)
          .map(([name, bound]) => `${name} ${placeOf(entryPoints, name, bound)}`)
          .join(', '),
      ],
      ['kubeconfig', kubeconfig],
      ['API server', apiServer],
      ['metrics', `http://${metrics.address.host}:${metrics.address.port}/metrics`],
      ['JSON API', `http://${admin.address.host}:${admin.address.port}/api/routes`],
    ]),
    '',
    'Try',
    ...tries({
      route: routes[0],
      port,
      kubeconfig,
      admin: `http://${admin.address.host}:${admin.address.port}`,
    }).map((line) => `  ${line}`),
    '',
    'Changes and requests follow, a line each. Ctrl-C ends it.',
    '',
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** One line for a generation that became live. */
export function publishedLine(
  { generation, seconds }: Published,
  history: readonly GenerationRecord[],
): string {
  const record = history.find((candidate) => candidate.generation === generation);
  const changes = record === undefined ? '' : describe(record);
  return `${clockTime()} generation ${generation} live in ${(seconds * 1000).toFixed(0)} ms${changes === '' ? '' : `: ${changes}`}\n`;
}

/** The time of day, as the lines of `dev` begin. */
export function clockTime(now = new Date()): string {
  return now.toTimeString().slice(0, 8);
}

function describe(record: GenerationRecord): string {
  const parts = [
    [record.routesSet, 'route', 'set'],
    [record.routesRemoved, 'route', 'removed'],
    [record.servicesSet, 'service', 'set'],
    [record.servicesRemoved, 'service', 'removed'],
    [record.middlewaresSet, 'middleware', 'set'],
    [record.middlewaresRemoved, 'middleware', 'removed'],
  ] as const;
  const counts = parts
    .filter(([count]) => count > 0)
    .map(([count, noun, verb]) => `${counted(count, noun)} ${verb}`);
  const names = record.routes.slice(0, 3).join(', ');
  return `${counts.join(', ')}${names === '' ? '' : ` (${names}${record.routes.length > 3 ? ', …' : ''})`}`;
}

interface Tries {
  readonly route: PlanRoute | undefined;
  readonly port: number;
  readonly kubeconfig: string;
  readonly admin: string;
}

function tries({ route, port, kubeconfig, admin }: Tries): string[] {
  const host = route === undefined ? null : firstOf(route.rule, 'host');
  const path = (route === undefined ? null : firstOf(route.rule, 'path')) ?? '/';
  const header = host === null ? '' : `-H 'Host: ${host}' `;
  const scheme = route === undefined ? 'http' : schemeOf(route);
  // Over TLS the name has to be in the URL: curl sends that one in the handshake.
  const request =
    scheme === 'https' && host !== null
      ? `curl -ik --resolve ${host}:${port}:127.0.0.1 https://${host}:${port}${path}`
      : `curl -i ${header}http://127.0.0.1:${port}${path}`;
  return [
    request,
    `kubectl --kubeconfig ${kubeconfig} get ingressroutes,ingresses`,
    `npm run -s fairlead -- explain GET ${scheme}://${host ?? 'example.com'}${path} --admin ${admin}`,
  ];
}

function sampleUrl(route: PlanRoute, port: number): string {
  const host = firstOf(route.rule, 'host') ?? '127.0.0.1';
  return `${schemeOf(route)}://${host}:${port}${firstOf(route.rule, 'path') ?? '/'}`;
}

function schemeOf({ tls }: PlanRoute): 'http' | 'https' {
  return tls === true ? 'https' : 'http';
}

/** What a route of TCP or UDP takes, and where to. */
function streamRow(route: PlanTcpRoute | PlanUdpRoute): readonly string[] {
  const { id, entryPoints, action } = route;
  const what = 'match' in route ? route.match : 'UDP';
  const where =
    action.kind === 'fail'
      ? `closed: ${action.reason}`
      : action.targets.map(({ service }) => service).join(', ');
  return [`${what} on ${entryPoints.join(', ')}`, id, `→ ${where}`];
}

function whereTo({ action, middlewares }: PlanRoute): string {
  const through = middlewares.length > 0 ? ` through ${middlewares.join(', ')}` : '';
  if (action.kind === 'fail') return `→ ${action.status} ${action.reason}`;
  return `→ ${action.targets.map(({ service }) => service).join(', ')}${through}`;
}

/** A host or path that a rule asks for, to show as an example; null where it asks for none in plain terms. */
function firstOf(rule: Rule, wanted: 'host' | 'path'): string | null {
  if (rule.kind === 'and' || rule.kind === 'or') {
    for (const part of rule.rules) {
      const found = firstOf(part, wanted);
      if (found !== null) return found;
    }
    return null;
  }
  if (wanted === 'host')
    return rule.kind === 'host' && rule.host !== '*' ? rule.host.replace('*', 'any') : null;
  if (rule.kind === 'path') return rule.path;
  return rule.kind === 'pathPrefix' ? rule.prefix : null;
}

function placeOf(entryPoints: readonly EntryPoint[], name: string, port: number): string {
  const entryPoint = entryPoints.find((one) => one.name === name);
  return `${entryPoint?.host ?? ''}:${port}${entryPoint?.udp === true ? '/udp' : ''}`;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
