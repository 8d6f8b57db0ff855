import { type EndpointSlice, serviceNameLabel, watchedKindOf, watchedKinds } from '../api/kubernetes.ts';
import { trimObject } from '../api/trim.ts';
import type { ClusterView, KubeObject, NamespaceAccess } from '../model/cluster.ts';
import { byDiagnostic, type Diagnostic, diagnostic } from '../model/diagnostic.ts';
import type { ObjectReference } from '../model/object-reference.ts';
import { byCodeUnit } from '../model/order.ts';
import type { Plan } from '../model/plan.ts';
import type { UsedCertificate } from '../translate/material.ts';
import type { TranslateOptions } from '../translate/options.ts';
import { Translator } from '../translate/translator.ts';
import type { Manifest } from './manifests.ts';

/** What manifests come to without a cluster. */
export interface OfflineTranslation {
  readonly view: ClusterView;
  readonly plan: Plan;
  /** Sorted. */
  readonly diagnostics: readonly Diagnostic[];
  /** Those of Secrets that are used; null where there is no Secret among the manifests. */
  readonly certificates: readonly UsedCertificate[] | null;
  /** Manifests of an object that another one holds already; the last one counts, as with `kubectl apply`. */
  readonly repeated: readonly { readonly manifest: Manifest; readonly first: Manifest }[];
}

/** Options that fit the defaults of `run`. */
export const offlineOptions: TranslateOptions = Object.freeze({
  entryPoints: [
    { name: 'web', host: '', port: 8080, tls: false },
    { name: 'websecure', host: '', port: 8443, tls: true },
  ],
  ingressClass: 'fairlead',
  allowCrossNamespace: false,
  allowExternalNames: false,
  // Where the shipped manifests put it.
  ownNamespace: 'fairlead',
});

/** Translates manifests as the controller would. Objects without a namespace are taken to be in `default`. */
export function translateOffline(
  manifests: readonly Manifest[],
  options = offlineOptions,
): OfflineTranslation {
  const objects = new Map<string, Map<string, KubeObject>>();
  const seen = new Map<string, Manifest>();
  const repeated: { manifest: Manifest; first: Manifest }[] = [];
  const unfit: Diagnostic[] = [];
  for (const manifest of manifests) {
    const kind = watchedKindOf(manifest.object.apiVersion, manifest.object.kind);
    const reference = referenceOf(manifest);
    const key = `${reference.namespace}/${reference.name}`;
    const unique = `${reference.apiVersion} ${reference.kind} ${key}`;
    const first = seen.get(unique);
    if (first === undefined) seen.set(unique, manifest);
    else repeated.push({ manifest, first });
    if (kind === undefined) continue;
    const metadata = { ...manifest.object.metadata, namespace: reference.namespace };
    const trimmed = trimObject(kind, { ...manifest.object, metadata });
    if (trimmed.kind === 'unfit') {
      unfit.push(diagnostic(reference, trimmed.path, 'InvalidObject', 'the value does not fit this field'));
      continue;
    }
    for (const path of trimmed.dropped) {
      unfit.push(diagnostic(reference, path, 'InvalidObject', 'the value does not fit this field'));
    }
    const ofKind = objects.get(kind.kind) ?? new Map<string, KubeObject>();
    objects.set(kind.kind, ofKind.set(key, trimmed.object));
  }
  const view = new ManifestView(objects);
  const translator = new Translator(options);
  translator.update(view, 'everything');
  const diagnostics = [...translator.diagnostics(), ...unfit].toSorted(byDiagnostic);
  const certificates = objects.has('Secret') ? translator.certificates() : null;
  return { view, plan: translator.plan(), diagnostics, certificates, repeated };
}

/** Names the object of a manifest, in `default` where it names no namespace. */
export function referenceOf({ object }: Manifest): ObjectReference {
  const clusterScoped = watchedKinds.some((kind) => kind.kind === object.kind && !kind.namespaced);
  const namespace = clusterScoped ? '' : (object.metadata.namespace ?? 'default');
  return { apiVersion: object.apiVersion, kind: object.kind, namespace, name: object.metadata.name };
}

class ManifestView implements ClusterView {
  readonly #objects: ReadonlyMap<string, ReadonlyMap<string, KubeObject>>;
  /** By namespace and Service; made when it is first asked for. */
  #slices: ReadonlyMap<string, readonly KubeObject[]> | null = null;

  constructor(objects: ReadonlyMap<string, ReadonlyMap<string, KubeObject>>) {
    this.#objects = objects;
  }

  get(kind: string, namespace: string, name: string): KubeObject | undefined {
    return this.#objects.get(kind)?.get(`${namespace}/${name}`);
  }

  list(kind: string): readonly KubeObject[] {
    const entries = [...(this.#objects.get(kind) ?? [])];
    return entries.toSorted(([left], [right]) => byCodeUnit(left, right)).map(([, object]) => object);
  }

  /** Secrets are seldom kept in files: where there is none at all, nothing is said of those that are not there. */
  access(kind: string): NamespaceAccess {
    return this.#objects.has(kind) ? 'open' : 'waiting';
  }

  endpointSlicesOf(namespace: string, service: string): readonly KubeObject[] {
    this.#slices ??= Map.groupBy(this.list('EndpointSlice') as readonly EndpointSlice[], ({ metadata }) =>
      JSON.stringify([metadata.namespace, metadata.labels?.[serviceNameLabel]]),
    );
    return this.#slices.get(JSON.stringify([namespace, service])) ?? [];
  }
}
