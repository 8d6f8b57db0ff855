import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings, type SettingsInput } from '../../../src/config/read-settings.ts';
import { settableDefaults } from '../../../src/model/limits.ts';

function read(argv: readonly string[], rest: Partial<SettingsInput> = {}) {
  return readSettings({
    command: 'run',
    argv,
    env: {},
    readFile: () => {
      throw new Error('no such file');
    },
    cores: 4,
    openFiles: null,
    isTerminal: false,
    ...rest,
  });
}

function settingsOf(argv: readonly string[], rest: Partial<SettingsInput> = {}) {
  const result = read(argv, rest);
  assert.ok(result.ok, result.ok ? '' : result.problems.join('\n'));
  return result.settings;
}

function problemsOf(argv: readonly string[], rest: Partial<SettingsInput> = {}): readonly string[] {
  const result = read(argv, rest);
  assert.equal(result.ok, false);
  return result.ok ? [] : result.problems;
}

test('without any setting the defaults of the contract hold', () => {
  assert.deepEqual(settingsOf([]), {
    entryPoints: [
      { name: 'web', host: '', port: 8080, tls: false },
      { name: 'websecure', host: '', port: 8443, tls: true },
    ],
    metrics: { host: '', port: 9000 },
    admin: { host: '127.0.0.1', port: 9001 },
    workers: 4,
    kubeconfig: null,
    context: null,
    namespaces: [],
    ingressClass: 'fairlead',
    selector: null,
    publishService: null,
    publishAddresses: [],
    lease: null,
    allowCrossNamespace: false,
    allowExternalNames: false,
    trustedIps: [],
    drainSeconds: 15,
    graceSeconds: 30,
    logLevel: 'info',
    logFormat: 'json',
    accessLog: 'json',
    hideReason: false,
    limits: settableDefaults,
  });
});

test('a flag wins over the environment, the environment over the file', () => {
  const readFile = () => 'drain: 1\ngrace: 1\nworkers: 1\n';
  const env = { FAIRLEAD_DRAIN: '2', FAIRLEAD_GRACE: '2' };
  const settings = settingsOf(['--drain', '3', '--config', 'settings.yaml'], { env, readFile });
  assert.deepEqual([settings.drainSeconds, settings.graceSeconds, settings.workers], [3, 2, 1]);
});

test('the file may be named by the environment', () => {
  const settings = settingsOf([], { env: { FAIRLEAD_CONFIG: 'x' }, readFile: () => 'namespace: [b, a, b]' });
  assert.deepEqual(settings.namespaces, ['a', 'b']);
});

test('naming an entry point replaces the default ones', () => {
  const settings = settingsOf(['--entrypoint', 'a=:80', '--entrypoint=b=[::1]:81,tls']);
  assert.deepEqual(settings.entryPoints, [
    { name: 'a', host: '', port: 80, tls: false },
    { name: 'b', host: '::1', port: 81, tls: true },
  ]);
});

test('an entry point may be one of UDP, on the port of one of TCP', () => {
  const settings = settingsOf(['--entrypoint', 'dns-tcp=:53', '--entrypoint=dns=127.0.0.1:53/udp']);
  assert.deepEqual(settings.entryPoints, [
    { name: 'dns-tcp', host: '', port: 53, tls: false },
    { name: 'dns', host: '127.0.0.1', port: 53, tls: false, udp: true },
  ]);
  const own = settingsOf(['--entrypoint', 'dns=:53/udp,udp-session-timeout=1s']).entryPoints[0]?.limits;
  assert.deepEqual(own, { udpSessionMs: 1000 });
  const same = settingsOf(['--entrypoint', 'dns-tcp=:53', '--entrypoint=dns=:53/udp']);
  assert.equal(same.entryPoints.length, 2);
});

test('an entry point may be for routes that name it only', () => {
  assert.deepEqual(settingsOf(['--entrypoint', 'redis=:6379,named-only']).entryPoints, [
    { name: 'redis', host: '', port: 6379, tls: false, namedOnly: true },
  ]);
});

test('an entry point that reads PROXY headers needs peers that are trusted', () => {
  const argv = ['--entrypoint', 'web=:80,proxy-protocol'];
  const settings = settingsOf([...argv, '--trusted-ips', '10.0.0.0/8']);
  assert.deepEqual(settings.entryPoints, [
    { name: 'web', host: '', port: 80, tls: false, proxyProtocol: true },
  ]);
  const refused = read(argv);
  assert.deepEqual(refused.ok ? [] : refused.problems, [
    '--entrypoint web: proxy-protocol needs --trusted-ips, without which every peer is refused',
  ]);
});

test('dev stops soon, logs problems only, and publishes loopback', () => {
  const { drainSeconds, graceSeconds, logLevel, publishAddresses } = settingsOf([], { command: 'dev' });
  assert.deepEqual([drainSeconds, graceSeconds, logLevel, publishAddresses], [0, 2, 'warn', ['127.0.0.1']]);
});

test('dev listens on loopback only, with one proxy thread and short lines', () => {
  const { entryPoints, metrics, workers, accessLog, logFormat } = settingsOf([], { command: 'dev' });
  assert.deepEqual([...entryPoints.map(({ host }) => host), metrics.host], Array(3).fill('127.0.0.1'));
  assert.deepEqual([workers, accessLog, logFormat], [1, 'dev', 'pretty']);
});

test('paths are what is no flag, and all that follows two dashes', () => {
  const result = read(['a', '--no-follow', 'b', '--', '--c'], { command: 'dev' });
  assert.ok(result.ok);
  assert.deepEqual(result.paths, ['a', 'b', '--c']);
  assert.equal(result.dev.follow, false);
});

test('every problem is listed, each with the place it stands in', () => {
  const env = { FAIRLEAD_GRACE: 'long', FAIRLEAD_NO_SUCH: '1' };
  const readFile = () => 'nonsense: 1\nmetrics: {a: 1}\n';
  assert.deepEqual(
    problemsOf(['--drains', '--workers', '0', '--config', 'f', '--trusted-ips', '10.0.0.0/33'], {
      env,
      readFile,
    }),
    [
      '"--drains": there is no such flag; did you mean --drain?',
      'FAIRLEAD_NO_SUCH: there is no such setting',
      '--config f: there is no setting "nonsense"',
      '--config f: metrics: expected a value or a list of values',
      '--workers: expected a whole number from 1 to 256, got "0"',
      '--trusted-ips: expected an address or a CIDR block such as 10.0.0.0/8, got "10.0.0.0/33"',
      'FAIRLEAD_GRACE: expected a whole number from 0 to 86400, got "long"',
    ],
  );
});

for (const [argv, expected] of [
  [['--drain'], '--drain: a value is missing'],
  [['--drain', '1', '--drain', '2'], '--drain: given 2 times, once is allowed'],
  [['--entrypoint', 'web'], '--entrypoint: expected NAME=[HOST]:PORT[/udp][,OPTION…], got "web"'],
  [
    ['--entrypoint', 'Web=:1'],
    '--entrypoint: the name "Web" must be lower-case letters, digits and dashes, 63 at most',
  ],
  [['--entrypoint', 'a=:70000'], '--entrypoint: a port is a number from 0 to 65535, got 70000'],
  [
    ['--entrypoint', 'a=:1,fast'],
    '--entrypoint: unknown option "fast"; known are tls, proxy-protocol, named-only, head-size, header-line-size, target-size, header-count, head-timeout, body-idle-timeout, body-min-rate, keep-alive-timeout, keep-alive-requests, http2-streams, client-stall-timeout, max-connections, udp-session-timeout, udp-sessions, udp-client-sessions',
  ],
  [['--entrypoint', 'a=:1/tcp'], '--entrypoint: after a port only /udp may stand, got ":1/tcp"'],
  [['--entrypoint', 'a=:1/udp/udp'], '--entrypoint: after a port only /udp may stand, got ":1/udp/udp"'],
  [
    ['--entrypoint', 'a=:1,udp-sessions=5'],
    '--entrypoint: only an entry point of UDP has the option "udp-sessions=5"',
  ],
  [
    ['--entrypoint', 'a=:1/udp,head-timeout=5s'],
    '--entrypoint: an entry point of UDP has no option "head-timeout=5s"',
  ],
  [['--entrypoint', 'a=:1/udp,tls'], '--entrypoint: an entry point of UDP has no option "tls"'],
  [
    ['--entrypoint', 'a=:1/udp,proxy-protocol'],
    '--entrypoint: an entry point of UDP has no option "proxy-protocol"',
  ],
  [
    ['--entrypoint', 'a=:1/udp', '--entrypoint', 'b=:1/udp'],
    '--entrypoint a and --entrypoint b have the same address :1/udp',
  ],
  [['--entrypoint', 'a=:1', '--entrypoint', 'a=:2'], '--entrypoint: the name "a" is given twice'],
  [['--entrypoint', 'a=:1', '--metrics', ':1'], '--entrypoint a and --metrics have the same address :1'],
  [['--publish-service', 'x'], '--publish-service: expected NAMESPACE/NAME, got "x"'],
  [['--log-level', 'loud'], '--log-level: expected trace, debug, info, warn, error, fatal, got "loud"'],
  [['--otlp-endpoint', 'http://x'], '--otlp-endpoint: this version does not send traces yet'],
  [['--config', 'gone.yaml'], '--config gone.yaml: no such file'],
  [['--api', ':1'], '"--api": there is no such flag'],
] as const) {
  test(`${argv.join(' ')} is refused with a clear sentence`, () => {
    assert.deepEqual(problemsOf(argv), [expected]);
  });
}

test('variables that Kubernetes sets for a Service called fairlead are not settings', () => {
  const env = {
    FAIRLEAD_SERVICE_HOST: '10.0.0.1',
    FAIRLEAD_SERVICE_PORT_WEB: '80',
    FAIRLEAD_PORT: 'tcp://10.0.0.1:80',
    FAIRLEAD_METRICS_PORT_9000_TCP_ADDR: '10.0.0.2',
  };
  assert.equal(settingsOf([], { env }).drainSeconds, 15);
});

test('a settings file that is no mapping is refused', () => {
  assert.deepEqual(problemsOf(['--config', 'f'], { readFile: () => '- 1' }), [
    '--config f: expected a mapping from settings to values',
  ]);
});

test('a settings file that is no YAML is refused in one line', () => {
  const [problem = '', ...rest] = problemsOf(['--config', 'f'], { readFile: () => 'a: [' });
  assert.match(problem, /^--config f: .+ at line 1, column 5$/);
  assert.deepEqual(rest, []);
});

test('a settings file of several documents is refused in our own words', () => {
  assert.deepEqual(problemsOf(['--config', 'f'], { readFile: () => 'drain: 1\n---\ndrain: 2\n' }), [
    '--config f: expected one document',
  ]);
});

test('an empty FAIRLEAD_CONFIG names no file', () => {
  assert.equal(settingsOf([], { env: { FAIRLEAD_CONFIG: '' } }).drainSeconds, 15);
});

for (const selector of [
  'a',
  '!a',
  'a=b',
  'a==b,c!=d',
  'x.y/a=',
  'a in (b,c), d notin (e)',
  'a>1',
  'app.kubernetes.io/name = shop ',
]) {
  test(`${JSON.stringify(selector)} is a label selector`, () => {
    assert.equal(settingsOf(['--selector', selector]).selector, selector);
  });
}

for (const selector of [
  '???',
  'a b',
  'a=b=c',
  ',',
  'a,',
  'a in b',
  'a in ()x',
  '-a',
  `${'a'.repeat(64)}=b`,
]) {
  test(`${JSON.stringify(selector)} is no label selector`, () => {
    assert.equal(problemsOf(['--selector', selector]).length, 1);
  });
}

test('what Kubernetes would refuse as a name or an address is refused', () => {
  const words = ['--ingress-class', 'A_B', '--publish-address', 'no!', '--publish-service', 'a.b/c'];
  assert.deepEqual(problemsOf(words), [
    '--ingress-class: "A_B" cannot be the name of a Kubernetes object',
    '--publish-service: expected NAMESPACE/NAME, got "a.b/c"',
    '--publish-address: expected an IP address or a host name in lower case, got "no!"',
  ]);
  const fine = ['--publish-address', '2001:db8::1', '--publish-address', 'lb.example.com'];
  assert.deepEqual(settingsOf(fine).publishAddresses, ['2001:db8::1', 'lb.example.com']);
});
