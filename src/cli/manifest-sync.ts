import type { Manifest, ManifestObject, Manifests } from './manifests.ts';
import { referenceOf } from './offline.ts';

/** Where the objects of manifests go: the embedded API server, in-process. */
export interface ObjectSink {
  /** Creates the object or brings it to what is given; throws with one sentence where it is refused. */
  apply(object: ManifestObject): void | Promise<void>;
  /** Deletes the object; one that is gone already is fine. */
  delete(object: ManifestObject): void | Promise<void>;
}

/** One object that could not be applied. */
export interface SyncProblem {
  readonly manifest: Manifest;
  readonly message: string;
}

/** What others need comes first. */
const order = [
  'CustomResourceDefinition',
  'Namespace',
  'IngressClass',
  'Service',
  'EndpointSlice',
  'Secret',
  'Middleware',
  'MiddlewareTCP',
  'ServersTransport',
  'ServersTransportTCP',
];

/**
 * Keeps a server's objects equal to those of files: applies what is new or differs, deletes what no file holds any more.
 * What somebody else changed meanwhile stays until its file changes.
 */
export class ManifestSync {
  readonly #sink: ObjectSink;
  readonly #applied = new Map<string, { readonly manifest: Manifest; readonly json: string }>();

  constructor(sink: ObjectSink) {
    this.#sink = sink;
  }

  /** Brings the server to what the files say now. Objects of files that cannot be read stay as they are. */
  async update({ manifests, problems }: Manifests): Promise<SyncProblem[]> {
    const unreadable = new Set(problems.map(({ file }) => file));
    const wanted = new Map(manifests.map((manifest) => [keyOf(manifest), manifest]));
    const failed: SyncProblem[] = [];
    for (const [key, { manifest }] of [...this.#applied]) {
      if (wanted.has(key) || unreadable.has(manifest.file)) continue;
      this.#applied.delete(key);
      await attempt(failed, manifest, () => this.#sink.delete(manifest.object));
    }
    const sorted = [...wanted].toSorted(([, left], [, right]) => rankOf(left) - rankOf(right));
    for (const [key, manifest] of sorted) {
      const json = JSON.stringify(manifest.object);
      if (this.#applied.get(key)?.json === json) continue;
      const done = await attempt(failed, manifest, () => this.#sink.apply(manifest.object));
      if (done) this.#applied.set(key, { manifest, json });
    }
    return failed;
  }
}

function keyOf(manifest: Manifest): string {
  const { apiVersion, kind, namespace, name } = referenceOf(manifest);
  return JSON.stringify([apiVersion.split('/').slice(0, -1).join(), kind, namespace, name]);
}

function rankOf({ object }: Manifest): number {
  const rank = order.indexOf(object.kind);
  return rank < 0 ? order.length : rank;
}

async function attempt(
  failed: SyncProblem[],
  manifest: Manifest,
  action: () => void | Promise<void>,
): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    failed.push({ manifest, message: error instanceof Error ? error.message : String(error) });
    return false;
  }
}
