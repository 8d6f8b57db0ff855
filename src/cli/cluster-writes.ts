import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { fieldManagerOf } from '../api/field-managers.ts';
import { statusKinds } from '../api/kubernetes.ts';
import type { Controller } from '../control/controller.ts';
import type { DiagnosticChanges } from '../control/diagnostic-book.ts';
import { StatusRepairs } from '../control/status-repairs.ts';
import { hasEvents, wantedEvents } from '../control/wanted-events.ts';
import type { Cluster } from '../kube/client.ts';
import { createEventWriter, type EventWriter } from '../kube/event-writer.ts';
import { createLeaseElector, type LeaseElector } from '../kube/lease.ts';
import { createStatusWriter, type StatusWriter } from '../kube/status-writer.ts';
import type { Clock } from '../model/clock.ts';
import type { Log } from '../model/log.ts';
import type { ObjectReference } from '../model/object-reference.ts';
import type { WantedStatus } from '../model/object-status.ts';
import type { Settings } from '../model/settings.ts';

export interface ClusterWritesOptions {
  readonly cluster: Cluster;
  readonly settings: Pick<Settings, 'ingressClass' | 'lease'>;
  /** The namespace that the credentials name as their own; null where they name none. */
  readonly ownNamespace: string | null;
  readonly clock: Clock;
  readonly log: Log;
}

/** How the election stands, for the JSON API. */
export interface LeaseReport {
  readonly leader: boolean;
  /** `NAMESPACE/NAME`; null where every replica writes. */
  readonly lease: string | null;
  /** Empty for nobody. */
  readonly holder: string;
  /** False where the API server does not let us use the Lease: then nothing is written. */
  readonly available: boolean;
}

/** All that Fairlead writes into the cluster: statuses and Events, while it holds the Lease. */
export interface ClusterWrites {
  readonly isLeader: boolean;
  report(): LeaseReport;
  /** Whose statuses and Events they are. Call it before `start`. */
  serve(controller: Controller): void;
  want(statuses: readonly WantedStatus[]): void;
  diagnosed(changes: DiagnosticChanges): void;
  /** The watch shows another status of an object. */
  statusMoved(object: ObjectReference): void;
  /** Stands for election. */
  start(): void;
  /** Writes nothing more and gives the Lease back. May be called more than once. */
  stop(): Promise<void>;
}

/** The Lease of those who serve one ingress class: they would write the same statuses. */
export function leaseNameOf({ ingressClass }: Pick<Settings, 'ingressClass'>): string {
  return `fairlead-${ingressClass}`.slice(0, 253);
}

/** Nothing is written before `start`. */
export function createClusterWrites(options: ClusterWritesOptions): ClusterWrites {
  return new Writes(options);
}

class Writes implements ClusterWrites {
  readonly #options: ClusterWritesOptions;
  readonly #statuses: StatusWriter;
  readonly #events: EventWriter;
  readonly #repairs: StatusRepairs;
  readonly #lease: string | null;
  readonly #elector: LeaseElector | null;
  readonly #stopping = new AbortController();
  #controller: Controller | null = null;
  #isLeader = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ClusterWritesOptions) {
    const { cluster, settings, ownNamespace, clock, log } = options;
    const identity = `${hostname().slice(0, 80)}_${randomUUID()}`;
    const wire = { transport: cluster.transport, clock, random: Math.random, log };
    this.#options = options;
    this.#statuses = createStatusWriter({
      ...wire,
      kinds: statusKinds,
      fieldManager: fieldManagerOf(settings.ingressClass),
      known: (object) => cluster.knownStatus(object),
    });
    this.#events = createEventWriter({
      ...wire,
      instance: identity,
      eventsOf: (object) => this.#eventsOf(object),
      subjectOf: (object) => subjectOf(cluster, object),
    });
    this.#repairs = new StatusRepairs({ clock, repair: (object) => this.#repair(object) });
    this.#lease =
      settings.lease === 'off'
        ? null
        : (settings.lease ?? `${ownNamespace ?? 'default'}/${leaseNameOf(settings)}`);
    const [namespace = '', name = ''] = this.#lease?.split('/') ?? [];
    const onChange = (isLeader: boolean): void => this.#lead(isLeader);
    this.#elector =
      this.#lease === null ? null : createLeaseElector({ ...wire, namespace, name, identity, onChange });
  }

  get isLeader(): boolean {
    return this.#isLeader;
  }

  report(): LeaseReport {
    const elector = this.#elector;
    return {
      leader: this.#isLeader,
      lease: this.#lease,
      holder: elector?.holder ?? '',
      available: elector?.isAvailable ?? true,
    };
  }

  serve(controller: Controller): void {
    this.#controller = controller;
  }

  want(statuses: readonly WantedStatus[]): void {
    if (this.#isLeader) this.#statuses.want(statuses);
  }

  diagnosed({ appeared }: DiagnosticChanges): void {
    if (this.#isLeader) this.#look(appeared.map(({ object }) => object));
  }

  statusMoved(object: ObjectReference): void {
    if (!this.#isLeader || !statusKinds.some(({ kind }) => kind === object.kind)) return;
    const wanted = this.#controller?.statusOf(object) ?? null;
    if (wanted !== null && !this.#statuses.isSaid(wanted)) this.#repairs.damaged(object);
  }

  start(): void {
    if (this.#elector === null) this.#lead(true);
    else this.#running = this.#elector.run(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#lead(false);
    await this.#running;
  }

  #lead(isLeader: boolean): void {
    this.#isLeader = isLeader && !this.#stopping.signal.aborted;
    if (!this.#isLeader) {
      this.#statuses.clear();
      this.#events.clear();
      this.#repairs.clear();
      return;
    }
    const controller = this.#controller;
    if (controller === null) return;
    const { cluster } = this.#options;
    this.#statuses.want(controller.statuses());
    for (const object of cluster.objectsWithOurStatus()) this.#repair(object);
    this.#look(controller.diagnostics().map(({ object }) => object));
  }

  #repair(object: ObjectReference): void {
    const wanted = this.#controller?.statusOf(object) ?? null;
    if (wanted !== null) this.want([wanted]);
  }

  #look(objects: readonly ObjectReference[]): void {
    const ours = objects.filter(({ kind }) => hasEvents(kind));
    if (ours.length > 0) this.#events.look(ours);
  }

  #eventsOf(object: ObjectReference): ReturnType<typeof wantedEvents> {
    const controller = this.#controller;
    const { kind, namespace, name } = object;
    // Secrets are nobody's; those that have problems are in use here.
    if (controller === null || (kind !== 'Secret' && !controller.isOurs(object))) return [];
    return wantedEvents(
      controller
        .diagnostics()
        .filter(
          (one) => one.object.name === name && one.object.namespace === namespace && one.object.kind === kind,
        ),
    );
  }
}

function subjectOf(cluster: Cluster, object: ObjectReference): { uid: string; generation: number } | null {
  const { kind, namespace, name } = object;
  const found = cluster.get(kind, namespace, name);
  if (found === undefined) return null;
  return { uid: found.metadata.uid ?? '', generation: cluster.generationOf(object) };
}
