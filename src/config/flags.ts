import { logLevels } from '../model/settings.ts';
import { parseEntryPoint } from './entry-point.ts';
import { type Flag, flag, type SettingsCommand } from './flag.ts';
import { parseLabelSelector } from './label-selector.ts';
import { limitFlags } from './limit-flags.ts';
import {
  type Parsed,
  parseAddress,
  parseCidr,
  parseInteger,
  parseListenAddress,
  parseNamespace,
  parseObjectName,
  parseQualifiedName,
  parseText,
  parseWord,
} from './values.ts';

const runOnly = ['run'] as const;
const devOnly = ['dev'] as const;

function parseSwitch(text: string): Parsed<boolean> {
  if (text === 'true' || text === 'false') return { value: text === 'true' };
  return { problem: `expected true or false, got ${JSON.stringify(text)}` };
}

function notYet(what: string): (text: string) => Parsed<never> {
  return () => ({ problem: `this version does not ${what} yet` });
}

/** Every setting, by the name that the code uses. `docs/reference/settings.md` and the help are made from it. */
export const flags = {
  entryPoints: flag('entrypoint', 'NAME=[HOST]:PORT[/udp][,OPTION…]', parseEntryPoint, {
    repeat: true,
    help: 'A named address that takes requests. Naming any replaces the defaults. Options: tls is for TLS only; proxy-protocol makes every connection begin with a PROXY header of a trusted peer; named-only keeps away routes that name no entry point; limits are for itself, as in web=:8080,head-timeout=5s. With /udp it takes datagrams, for IngressRouteUDP.',
    shownDefault: 'web=:8080, websecure=:8443,tls (dev: on 127.0.0.1)',
  }),
  metrics: flag('metrics', 'HOST:PORT', parseListenAddress, {
    help: 'Where /metrics, /healthz and /readyz are served.',
    shownDefault: ':9000 (dev: 127.0.0.1:9000)',
  }),
  admin: flag('admin', 'HOST:PORT', parseListenAddress, {
    help: 'Where the JSON API is served, read only.',
    shownDefault: '127.0.0.1:9001',
  }),
  workers: flag<number | 'auto'>(
    'workers',
    'N|auto',
    (text) => (text === 'auto' ? { value: 'auto' } : parseInteger(text, 1, 256)),
    { help: 'Number of proxy threads; auto is one per core.', shownDefault: 'auto (dev: 1)' },
  ),
  kubeconfig: flag('kubeconfig', 'FILE', parseText, {
    help: 'How to reach the API server, where not from inside the cluster.',
    shownDefault: 'in-cluster, else the usual file',
    commands: runOnly,
  }),
  context: flag('context', 'NAME', parseText, {
    help: 'Which context of the kubeconfig.',
    shownDefault: 'its current one',
    commands: runOnly,
  }),
  namespaces: flag('namespace', 'NS', parseNamespace, {
    repeat: true,
    help: 'Watch only this namespace.',
    shownDefault: 'all',
  }),
  ingressClass: flag('ingress-class', 'NAME', parseObjectName, {
    help: 'The IngressClass whose objects are served.',
    shownDefault: 'fairlead',
  }),
  selector: flag('selector', 'LABELS', parseLabelSelector, {
    help: 'Watch only Ingresses and IngressRoutes with these labels.',
    shownDefault: 'none',
  }),
  publishService: flag('publish-service', 'NS/NAME', parseQualifiedName, {
    help: 'The Service whose addresses go into the status of Ingresses.',
    shownDefault: 'none',
  }),
  publishAddresses: flag('publish-address', 'ADDRESS', parseAddress, {
    repeat: true,
    help: 'An address that goes into the status of Ingresses.',
    shownDefault: 'none (dev: 127.0.0.1)',
  }),
  lease: flag(
    'lease',
    'NS/NAME|off',
    (text) => (text === 'off' ? { value: 'off' } : parseQualifiedName(text)),
    {
      help: 'The Lease whose holder writes statuses and Events; off lets every replica write.',
      shownDefault: 'fairlead-CLASS in its own namespace',
    },
  ),
  allowCrossNamespace: flag('allow-cross-namespace', '', parseSwitch, {
    help: 'Lets all objects refer to those of other namespaces, without a ReferenceGrant there.',
    shownDefault: 'false',
  }),
  allowExternalNames: flag('allow-external-names', '', parseSwitch, {
    help: 'Lets a route refer to Services of type ExternalName. This version cannot forward to them yet.',
    shownDefault: 'false',
  }),
  trustedIps: flag('trusted-ips', 'CIDR', parseCidr, {
    repeat: true,
    help: 'Peers whose X-Forwarded and PROXY headers are believed.',
    shownDefault: 'none',
  }),
  drainSeconds: flag('drain', 'SECONDS', (text) => parseInteger(text, 0, 3600), {
    help: 'How long to keep accepting after SIGTERM while readiness says no.',
    shownDefault: '15 (dev: 0)',
  }),
  graceSeconds: flag('grace', 'SECONDS', (text) => parseInteger(text, 0, 86_400), {
    help: 'The longest wait for requests in flight.',
    shownDefault: '30 (dev: 2)',
  }),
  logLevel: flag('log-level', 'LEVEL', (text) => parseWord(text, logLevels), {
    help: `One of ${logLevels.join(', ')}.`,
    shownDefault: 'info (dev: warn)',
  }),
  logFormat: flag('log-format', 'json|pretty', (text) => parseWord(text, ['json', 'pretty'] as const), {
    help: 'How log lines look.',
    shownDefault: 'json; pretty on a terminal',
  }),
  accessLog: flag(
    'access-log',
    'off|json|common',
    (text) => parseWord(text, ['off', 'json', 'common'] as const),
    {
      help: 'One line per request.',
      shownDefault: 'json (dev: short lines)',
    },
  ),
  hideReason: flag('hide-reason', '', parseSwitch, {
    help: 'Leaves the header X-Fairlead-Reason out of our own answers.',
    shownDefault: 'false',
  }),
  ...limitFlags,
  otlpEndpoint: flag('otlp-endpoint', 'URL', notYet('send traces'), {
    help: 'Where traces go. Not in this version.',
    shownDefault: 'off',
  }),
  api: flag('api', 'HOST:PORT', parseListenAddress, {
    help: 'Where the embedded Kubernetes API server listens.',
    shownDefault: '127.0.0.1:0',
    commands: devOnly,
  }),
  kubeconfigFile: flag('write-kubeconfig', 'FILE', parseText, {
    help: 'Where to write a kubeconfig for kubectl.',
    shownDefault: '.fairlead/kubeconfig',
    commands: devOnly,
  }),
  noFollow: flag('no-follow', '', parseSwitch, {
    help: 'Do not follow changes of the files.',
    shownDefault: 'false',
    commands: devOnly,
  }),
};

export type FlagKey = keyof typeof flags;

/** The value that each flag's text becomes. */
export type FlagValues = {
  [Key in FlagKey]: (typeof flags)[Key] extends Flag<infer Value> ? Value : never;
};

/** All flags of a command, in the order of the table. */
export function flagsOf(command: SettingsCommand): readonly Flag[] {
  return Object.values(flags).filter((entry) => entry.commands.includes(command));
}
