import assert from 'node:assert/strict';
import { watchedKinds } from '../../../src/api/kubernetes.ts';
import { type Cluster, connectCluster } from '../../../src/kube/client.ts';
import type { WatchedKind } from '../../../src/model/cluster.ts';
import { formatReference } from '../../../src/model/object-reference.ts';
import { FakeClock } from './fake-clock.ts';
import { MiniApi, type Raw } from './mini-api.ts';
import { notingLog } from './notes.ts';
import { until } from './until.ts';

export function kindOf(name: string): WatchedKind {
  const kind = watchedKinds.find(({ kind }) => kind === name);
  assert.ok(kind);
  return kind;
}

export const serviceKind = kindOf('Service');
/** Of all services. */
export const path = '/api/v1/services';

export function service(name: string, port = 80, namespace = 'default'): Raw {
  return { metadata: { name, namespace }, spec: { type: 'ClusterIP', ports: [{ port }] } };
}

/** A client and a small API server, with notes of all that it tells. */
export class Harness {
  readonly api: MiniApi;
  readonly clock = new FakeClock();
  readonly log = notingLog();
  /** The objects of each call of the listener. */
  readonly batches: string[][] = [];
  restarts = 0;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  private constructor(api: MiniApi) {
    this.api = api;
  }

  static async begin(): Promise<Harness> {
    return new Harness(await MiniApi.start());
  }

  start(kinds: readonly WatchedKind[] = [serviceKind], namespaces: readonly string[] = []): Cluster {
    const cluster = connectCluster({
      credentials: this.api.credentials,
      userAgent: 'fairlead/test',
      kinds,
      namespaces,
      selector: 'team=a',
      log: this.log,
      clock: this.clock,
      random: () => 0.5,
      onWatchRestart: () => {
        this.restarts += 1;
      },
    });
    cluster.onChange((changes) => {
      this.batches.push(changes.map(({ object }) => formatReference(object)));
    });
    this.#running = cluster.start(this.#stopping.signal);
    return cluster;
  }

  /** The same, and waits until all is there. */
  async synced(kinds?: readonly WatchedKind[], namespaces?: readonly string[]): Promise<Cluster> {
    const cluster = this.start(kinds, namespaces);
    await until('all kinds have synced', () => cluster.unsyncedKinds.length === 0);
    return cluster;
  }

  warnings(): readonly string[] {
    return this.log.notes.filter(({ level }) => level === 'warn').map(({ message }) => message);
  }

  async end(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.api.close();
    assert.equal(this.clock.pending, 0, 'no timer is left');
  }
}
