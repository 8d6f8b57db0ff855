import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { watchedKinds } from '../../src/api/kubernetes.ts';
import { trimObject } from '../../src/api/trim.ts';
import type { DevCluster } from '../../src/devcluster/dev-cluster.ts';
import { startDevCluster } from '../../src/devcluster/dev-cluster.ts';
import type { JsonObject } from '../../src/devcluster/json.ts';
import { type Cluster, connectCluster } from '../../src/kube/client.ts';
import type { Credentials } from '../../src/kube/credentials.ts';
import { loadCredentials } from '../../src/kube/load-credentials.ts';
import { createStatusWriter } from '../../src/kube/status-writer.ts';
import type { ClusterChange, KubeObject } from '../../src/model/cluster.ts';
import { silentLog } from '../../src/model/log.ts';
import { formatReference } from '../../src/model/object-reference.ts';
import { FakeClock } from '../unit/kube/fake-clock.ts';
import { until, untilAdvancing } from '../unit/kube/until.ts';

/** Those that every API server knows. */
const kinds = watchedKinds.filter(({ apiVersion }) =>
  /^(v1$|(networking|discovery)\.k8s\.io\/)/.test(apiVersion),
);

/** Sees the cluster through the announcements alone, and finds those that say nothing new. */
class Mirror {
  readonly objects = new Map<string, KubeObject>();
  readonly spurious: string[] = [];
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    cluster.onChange((changes) => this.#look(changes));
  }

  #look(changes: readonly ClusterChange[]): void {
    const keys = new Map(changes.map(({ object }) => [formatReference(object), object]));
    for (const [key, { kind, namespace, name }] of keys) {
      const object = this.#cluster.get(kind, namespace, name);
      if (object !== undefined && object === this.objects.get(key)) this.spurious.push(key);
      if (object === undefined) this.objects.delete(key);
      else this.objects.set(key, object);
    }
  }
}

interface Client {
  readonly cluster: Cluster;
  readonly mirror: Mirror;
  stop(): Promise<void>;
}

function connect(credentials: Credentials, clock: FakeClock, namespaces: readonly string[] = []): Client {
  const stopping = new AbortController();
  const cluster = connectCluster({
    credentials,
    userAgent: 'fairlead/test',
    kinds,
    namespaces,
    log: silentLog,
    clock,
  });
  const mirror = new Mirror(cluster);
  const running = cluster.start(stopping.signal);
  const stop = (): Promise<void> => {
    stopping.abort();
    return running;
  };
  return { cluster, mirror, stop };
}

/** What the server has, as the view must have it. */
function wantedOf(server: DevCluster): readonly KubeObject[] {
  return kinds.flatMap((kind) =>
    server.list(kind).map((raw) => {
      const trimmed = trimObject(kind, raw);
      assert.ok(trimmed.kind === 'trimmed');
      return trimmed.object;
    }),
  );
}

function viewOf(cluster: Cluster): readonly KubeObject[] {
  return kinds.flatMap(({ kind }) => cluster.list(kind));
}

function isSame(left: unknown, right: unknown): boolean {
  try {
    assert.deepEqual(left, right);
    return true;
  } catch {
    return false;
  }
}

function service(name: string, port: number, namespace = 'default') {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { ports: [{ port }] },
  };
}

interface Made {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: object;
}

/** Creates an object or changes the one of its name. */
function put(server: DevCluster, object: Made): void {
  const { apiVersion, kind, metadata, spec } = object;
  const { name, namespace } = metadata;
  const there = server.get({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) });
  if (there === undefined) server.create(structuredClone(object) as unknown as JsonObject);
  else {
    const merged = spec === undefined ? {} : { spec: { ...Object(there.spec), ...spec } };
    server.update({ ...there, ...object, ...merged, metadata: there.metadata } as unknown as JsonObject);
  }
}

function slice(name: string, address: number) {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, labels: { 'kubernetes.io/service-name': 's0' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [`10.0.0.${address}`] }],
    ports: [{ port: 8080 }],
  };
}

describe('the Kubernetes client against the embedded API server', () => {
  let server: DevCluster;
  let clock: FakeClock;
  let client: Client | null;
  let directory: string;

  beforeEach(async () => {
    server = await startDevCluster({ tls: false });
    clock = new FakeClock();
    client = null;
    directory = await mkdtemp(join(tmpdir(), 'fairlead-kube-'));
  });

  afterEach(async () => {
    await client?.stop();
    await server.stop();
    await rm(directory, { recursive: true });
    assert.equal(clock.pending, 0, 'no timer is left');
  });

  async function credentialsOf(from: DevCluster): Promise<Credentials> {
    const kubeconfig = join(directory, 'kubeconfig');
    await writeFile(kubeconfig, from.kubeconfig());
    const result = await loadCredentials({ kubeconfig, context: null, environment: {}, clock });
    assert.ok(result.ok, JSON.stringify(result));
    return result.credentials;
  }

  async function synced(): Promise<Client> {
    client = connect(await credentialsOf(server), clock);
    const { cluster } = client;
    await untilAdvancing(clock, 'all kinds have synced', () => cluster.unsyncedKinds.length === 0);
    return client;
  }

  async function converged({ cluster, mirror }: Client): Promise<void> {
    await untilAdvancing(clock, 'the view is what the server has', () =>
      isSame(viewOf(cluster), wantedOf(server)),
    );
    assert.deepEqual(
      [...mirror.objects.values()].sort(byKindAndKey),
      [...viewOf(cluster)].sort(byKindAndKey),
    );
    assert.deepEqual(mirror.spurious, []);
  }

  it('talks over TLS with the certificates of its kubeconfig', async () => {
    await server.stop();
    server = await startDevCluster({ tls: true });
    server.create(service('s0', 80));
    await converged(await synced());
  });

  it('refuses a server whose certificate it does not trust', async () => {
    const other = await startDevCluster({ tls: true });
    const credentials = await credentialsOf(other);
    await other.stop();
    await server.stop();
    server = await startDevCluster({ tls: true });
    client = connect({ ...credentials, server: new URL(server.url) }, clock);
    const { transport } = client.cluster;
    const result = await transport.request({ method: 'GET', path: '/version' });
    assert.ok(!result.ok);
    assert.match(result.error.message, /certificate/);
    const always = kinds.filter(({ byReference }) => byReference !== 'referred');
    assert.equal(client.cluster.unsyncedKinds.length, always.length);
  });

  it('loses nothing and tells nothing twice when every connection is cut, again and again', async () => {
    const made = await synced();
    for (let round = 0; round < 5; round += 1) {
      put(server, service('s0', 80 + round));
      put(server, service(`s${round + 1}`, 80));
      server.faults.cutAll();
      put(server, slice('e0', round + 1));
      await converged(made);
    }
  });

  it('lists again after 410 for every watch, and tells only of what differs', async () => {
    const made = await synced();
    put(server, service('s0', 80));
    put(server, service('s1', 80));
    await converged(made);
    const kept = made.cluster.get('Service', 'default', 's0');
    const cut = server.faults.add({ match: { verb: 'watch' }, action: { kind: 'cut' } });
    server.faults.cutAll();
    put(server, service('s1', 81));
    server.delete({ apiVersion: 'v1', kind: 'Service', name: 's1' });
    put(server, service('s2', 80));
    server.faults.compact();
    cut.remove();
    const gone = server.faults.add({
      match: { verb: 'watch' },
      count: 8,
      action: { kind: 'answer', code: 410 },
    });
    await converged(made);
    await untilAdvancing(clock, 'all were refused', () => gone.hits === 8);
    await converged(made);
    assert.equal(made.cluster.get('Service', 'default', 's0'), kept);
  });

  it('serves on while the server is away and catches up when it is back', async () => {
    put(server, service('s0', 80));
    const made = await synced();
    await server.stop();
    clock.advance(3_600_000);
    assert.equal(made.cluster.list('Service').length, 1);
    put(server, service('s1', 80));
    server.delete({ apiVersion: 'v1', kind: 'Service', name: 's0' });
    await server.start();
    await converged(made);
  });

  it('goes on with the other kinds while one is forbidden', async () => {
    const forbidden = server.faults.add({
      match: { resource: 'ingressclasses' },
      action: { kind: 'answer', code: 403 },
    });
    const made = await synced();
    assert.deepEqual(made.cluster.unavailableKinds, ['IngressClass']);
    put(server, service('s0', 80));
    await converged(made);
    forbidden.remove();
    put(server, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'fairlead' },
      spec: { controller: 'fairlead.dev/ingress-controller' },
    });
    await converged(made);
  });

  it('notices a watch that has fallen silent', async () => {
    const made = await synced();
    server.faults.add({ match: { resource: 'services' }, on: 'event', count: 1, action: { kind: 'stall' } });
    put(server, service('s0', 80));
    put(server, slice('e0', 1));
    await until('the slice is there', () => made.cluster.list('EndpointSlice').length === 1);
    assert.equal(made.cluster.list('Service').length, 0);
    clock.advance(640_000);
    await converged(made);
  });

  it('writes conditions and addresses once, and only their own part of the status', async () => {
    put(server, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'i', namespace: 'default' },
      spec: { defaultBackend: { service: { name: 's0', port: { number: 80 } } } },
    });
    const { cluster } = await synced();
    const writer = createStatusWriter({
      transport: cluster.transport,
      fieldManager: 'fairlead',
      kinds,
      known: (object) => cluster.knownStatus(object),
      log: silentLog,
      clock,
    });
    const object = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'default', name: 'i' };
    const before = cluster.get('Ingress', 'default', 'i');
    const wanted = [{ kind: 'loadBalancer', object, addresses: ['192.0.2.1', 'lb.test'] }] as const;
    writer.want(wanted);
    await writer.idle();
    const stands = () => server.get({ ...object });
    assert.deepEqual(stands()?.status, {
      loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { hostname: 'lb.test' }] },
    });
    const { resourceVersion } = stands()?.metadata ?? {};
    await until(
      'the watch tells of it',
      () => cluster.knownStatus(object)?.resourceVersion === resourceVersion,
    );
    assert.equal(cluster.get('Ingress', 'default', 'i'), before);
    writer.want(wanted);
    await writer.idle();
    assert.equal(stands()?.metadata.resourceVersion, resourceVersion);
    writer.stop();
  });

  it('ends with what the server has, whatever goes wrong on the way', async () => {
    const small = fc.nat(4);
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.tuple(fc.constantFrom('service', 'slice', 'delete'), small, small) },
      {
        weight: 2,
        arbitrary: fc.tuple(fc.constantFrom('cut', 'compact', 'advance', 'restart'), small, small),
      },
      { weight: 3, arbitrary: fc.tuple(fc.constant('fault'), fc.nat(faults.length - 1), small) },
    );
    const namespaces = fc.constantFrom([], ['default', 'kube-system']);
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 40 }),
        namespaces,
        async (schedule, only) => {
          client = connect(await credentialsOf(server), clock, only);
          for (const [action, first, second] of schedule) await take(server, clock, action, [first, second]);
          server.faults.clear();
          // Far beyond every dead-line: what was stalled is given up now.
          clock.advance(640_000);
          await converged(client);
          await client.stop();
        },
      ),
      { numRuns: 10 },
    );
  });
});

const faults = [
  { on: 'event', action: { kind: 'cut', midLine: true } },
  { on: 'event', action: { kind: 'stall' } },
  { on: 'event', action: { kind: 'answer', code: 410 } },
  { on: 'event', action: { kind: 'answer', code: 500 } },
  { action: { kind: 'slow', delayMs: 5 } },
  { on: 'event', action: { kind: 'slow', delayMs: 5 } },
  { on: 'request', action: { kind: 'cut' } },
  { on: 'request', action: { kind: 'stall' } },
  ...[401, 403, 404, 410, 422, 429, 500, 503, 504].map((code) => ({
    on: 'request' as const,
    action: { kind: 'answer' as const, code },
  })),
] as const;

async function take(
  server: DevCluster,
  clock: FakeClock,
  action: string,
  [first, second]: readonly [number, number],
): Promise<void> {
  const name = `s${first}`;
  if (action === 'service') put(server, service(name, 80 + second));
  else if (action === 'slice') put(server, slice(name, 1 + second));
  else if (action === 'cut') server.faults.cutAll();
  else if (action === 'compact') server.faults.compact();
  else if (action === 'advance') clock.advance(10 ** (first + 1));
  else if (action === 'delete' && server.get({ apiVersion: 'v1', kind: 'Service', name })) {
    server.delete({ apiVersion: 'v1', kind: 'Service', name });
  } else if (action === 'restart') {
    await server.stop();
    await server.start();
  } else if (action === 'fault') {
    const fault = faults[first];
    if (fault !== undefined) server.faults.add({ ...fault, count: 1 + second });
  }
  // Lets some of what was begun happen before the next step.
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function byKindAndKey(left: KubeObject, right: KubeObject): number {
  const key = ({ kind, metadata }: KubeObject) => JSON.stringify([kind, metadata.namespace, metadata.name]);
  return key(left) < key(right) ? -1 : 1;
}
