import { decodeServersTransport } from '../api/decode-servers-transport.ts';
import { decodeTlsOption, decodeTlsStore } from '../api/decode-tls.ts';
import { watchedKinds } from '../api/kubernetes.ts';
import type { ClusterView, KubeObject } from '../model/cluster.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { ObjectReference } from '../model/object-reference.ts';
import { byCodeUnit } from '../model/order.ts';
import type { Plan } from '../model/plan.ts';
import { Assembly, type AssemblyChanges } from './assembly.ts';
import type { TranslateContext } from './context.ts';
import { type Fragment, FragmentBuilder } from './fragment.ts';
import { translateIngress } from './ingress.ts';
import { translateIngressRoute } from './ingress-route.ts';
import { type LookupIndex, type ReadKey, RecordingLookup, readKeyOf, wholeNamespace } from './lookup.ts';
import type { UsedCertificate } from './material.ts';
import { translateMiddleware } from './middleware.ts';
import { rememberingMiddlewareReader } from './middleware-reader.ts';
import { translateMiddlewareTcp } from './middleware-tcp.ts';
import { readMiddlewareTcp } from './middleware-tcp-reader.ts';
import { NamespaceLists } from './namespace-lists.ts';
import type { TranslateOptions } from './options.ts';
import { rememberingParentReader } from './parent-reader.ts';
import { ParentsIndex } from './parents-index.ts';
import { ReferredNamespaces } from './referred-namespaces.ts';
import { remembering } from './remembering.ts';
import { SecretReader } from './secret-reader.ts';
import { translateServersTransport } from './servers-transport.ts';
import { translateServersTransportTcp } from './servers-transport-tcp.ts';
import { translateIngressRouteTcp } from './tcp.ts';
import { translateTlsOption } from './tls-option.ts';
import { translateTlsStore } from './tls-store.ts';
import { translateIngressRouteUdp } from './udp.ts';

/** What came of one update: nothing in it where the plan and the diagnostics stay as they are. */
export interface Translation extends AssemblyChanges {
  /** Fragments that were made anew, also where they came out equal. */
  readonly fragments: readonly Fragment[];
  /** Objects that are gone. One of the same name that took its place meanwhile stands in `fragments`. */
  readonly gone: readonly ObjectReference[];
  /** Kinds that are watched by reference, and the namespaces in which they are read now, where these are others than before. */
  readonly referred: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Kinds that add to the plan, each with its meaning. */
const translations: Readonly<Record<string, (object: KubeObject, context: TranslateContext) => Fragment>> =
  Object.freeze({
    Ingress: translateIngress,
    IngressRoute: translateIngressRoute,
    Middleware: translateMiddleware,
    ServersTransport: translateServersTransport,
    IngressRouteTCP: translateIngressRouteTcp,
    IngressRouteUDP: translateIngressRouteUdp,
    MiddlewareTCP: translateMiddlewareTcp,
    ServersTransportTCP: translateServersTransportTcp,
    TLSOption: translateTlsOption,
    TLSStore: translateTlsStore,
    'IngressRoute.traefik.io': translateIngressRoute,
    'Middleware.traefik.io': translateMiddleware,
    'ServersTransport.traefik.io': translateServersTransport,
    'IngressRouteTCP.traefik.io': translateIngressRouteTcp,
    'IngressRouteUDP.traefik.io': translateIngressRouteUdp,
    'MiddlewareTCP.traefik.io': translateMiddlewareTcp,
    'ServersTransportTCP.traefik.io': translateServersTransportTcp,
    'TLSOption.traefik.io': translateTlsOption,
    'TLSStore.traefik.io': translateTlsStore,
  });

const kindsByReference = watchedKinds
  .filter(({ byReference }) => byReference !== undefined)
  .map(({ kind }) => kind);

const translatedKinds = Object.freeze(Object.keys(translations));

interface Remembered {
  readonly source: KubeObject;
  readonly fragment: Fragment;
  /** What was read, and what stood there then. */
  readonly reads: ReadonlyMap<ReadKey, KubeObject | undefined>;
}

/**
 * Turns what the cluster says into the plan and the diagnostics, and remembers what each object came to: an update costs the
 * objects that changed and those that read them. Knows no clock, no network and no order of events: the same view gives the
 * same plan, byte for byte.
 */
export class Translator {
  readonly #options: TranslateOptions;
  /** One list for all routes: 100,000 copies of it would cost more than the rules. */
  readonly #everywhere: readonly string[];
  readonly #remembered = new Map<ReadKey, Remembered>();
  /** For each thing that was read, who read it. */
  readonly #readers = new Map<ReadKey, Set<ReadKey>>();
  readonly #assembly = new Assembly();
  readonly #readMiddleware = rememberingMiddlewareReader();
  readonly #readMiddlewareTcp = remembering(readMiddlewareTcp);
  readonly #readParent = rememberingParentReader();
  readonly #readServersTransport = remembering(decodeServersTransport);
  readonly #parents = new ParentsIndex();
  readonly #readTlsOption = remembering(decodeTlsOption);
  readonly #readTlsStore = remembering(decodeTlsStore);
  readonly #secrets = new SecretReader();
  readonly #referred = new ReferredNamespaces(kindsByReference);
  readonly #index: LookupIndex;

  constructor(options: TranslateOptions) {
    this.#options = options;
    const lists = new NamespaceLists();
    this.#index = {
      listIn: (view, kind, namespace) => lists.listIn(view, kind, namespace),
      childrenOf: (kind, namespace, name) => this.#parents.childrenOf(kind, namespace, name),
    };
    const ofTcp = options.entryPoints.filter(({ udp, namedOnly }) => udp !== true && namedOnly !== true);
    this.#everywhere = Object.freeze(ofTcp.map(({ name }) => name).toSorted(byCodeUnit));
  }

  /** Brings plan and diagnostics up to date with `view`, in which `changes` came, changed or went since the last call. */
  update(view: ClusterView, changes: readonly ObjectReference[] | 'everything'): Translation {
    const stale = changes === 'everything' ? this.#everything(view) : this.#staleAfter(view, changes);
    const fragments: Fragment[] = [];
    const gone: ObjectReference[] = [];
    for (const [key, { kind, namespace, name }] of stale) {
      const before = this.#remembered.get(key);
      const source = view.get(kind, namespace, name);
      if (before !== undefined) this.#forget(key, before);
      if (before !== undefined && !isSameObject(before.source, source)) gone.push(before.fragment.object);
      if (source !== undefined) fragments.push(this.#remember(key, source, view));
    }
    if (changes !== 'everything') this.#secrets.prune(view, changes);
    return { fragments, gone, referred: this.#referred.settle(), ...this.#assembly.settle() };
  }

  /** All that is wanted. The same object until it changes. */
  plan(): Plan {
    return this.#assembly.plan();
  }

  /** All problems, by object and path. The same array until it changes. */
  diagnostics(): readonly Diagnostic[] {
    return this.#assembly.diagnostics();
  }

  /** The certificates of Secrets that are in use, by Secret. The same array until it changes. */
  certificates(): readonly UsedCertificate[] {
    return this.#assembly.certificates();
  }

  #everything(view: ClusterView): Map<ReadKey, ObjectName> {
    this.#parents.reset(view);
    const stale = new Map<ReadKey, ObjectName>();
    for (const { fragment } of this.#remembered.values()) note(stale, fragment.object);
    for (const kind of translatedKinds) {
      for (const { metadata } of view.list(kind)) {
        note(stale, { kind, namespace: metadata.namespace ?? '', name: metadata.name });
      }
    }
    return stale;
  }

  #staleAfter(view: ClusterView, changes: readonly ObjectReference[]): Map<ReadKey, ObjectName> {
    const stale = new Map<ReadKey, ObjectName>();
    for (const { kind, namespace, name } of changes) {
      const key = readKeyOf(kind, namespace, name);
      const now = view.get(kind, namespace, name);
      if (Object.hasOwn(translations, kind) && this.#remembered.get(key)?.source !== now) {
        note(stale, { kind, namespace, name });
      }
      for (const reader of this.#readers.get(key) ?? []) {
        const remembered = this.#remembered.get(reader);
        if (remembered !== undefined && remembered.reads.get(key) !== now) {
          note(stale, remembered.fragment.object);
        }
      }
      for (const reader of this.#readers.get(readKeyOf(kind, namespace, wholeNamespace)) ?? none) {
        const remembered = this.#remembered.get(reader);
        if (remembered !== undefined) note(stale, remembered.fragment.object);
      }
    }
    for (const parent of this.#parents.update(view, changes)) {
      if (this.#remembered.has(readKeyOf(parent.kind, parent.namespace, parent.name))) note(stale, parent);
    }
    return stale;
  }

  #forget(key: ReadKey, before: Remembered): void {
    this.#remembered.delete(key);
    this.#assembly.remove(before.fragment);
    this.#referred.remove(before.reads.keys());
    for (const read of before.reads.keys()) {
      const readers = this.#readers.get(read);
      readers?.delete(key);
      if (readers?.size === 0) this.#readers.delete(read);
    }
  }

  #remember(key: ReadKey, source: KubeObject, view: ClusterView): Fragment {
    const lookup = new RecordingLookup(view, this.#index);
    const fragment = this.#translate(source, lookup);
    this.#remembered.set(key, { source, fragment, reads: lookup.reads });
    this.#referred.add(lookup.reads.keys());
    for (const read of lookup.reads.keys()) {
      const readers = this.#readers.get(read);
      if (readers === undefined) this.#readers.set(read, new Set([key]));
      else readers.add(key);
    }
    this.#assembly.add(fragment);
    return fragment;
  }

  #translate(source: KubeObject, lookup: RecordingLookup): Fragment {
    const options = this.#options;
    const everywhere = this.#everywhere;
    const readMiddleware = this.#readMiddleware;
    const readMiddlewareTcp = this.#readMiddlewareTcp;
    const readParent = this.#readParent;
    const readServersTransport = this.#readServersTransport;
    const readTlsOption = this.#readTlsOption;
    const readTlsStore = this.#readTlsStore;
    const secrets = this.#secrets;
    const context = {
      options,
      everywhere,
      lookup,
      readMiddleware,
      readMiddlewareTcp,
      readParent,
      readServersTransport,
      readTlsOption,
      readTlsStore,
      secrets,
    };
    try {
      const fragment = new FragmentBuilder(source);
      const translate = translations[source.kind];
      return translate === undefined ? fragment.notOurs() : translate(source, { ...context, fragment });
    } catch (error) {
      // A throw is a fault of ours, yet it must cost its object only and never the controller, which would read the same
      // object again after a restart.
      const fragment = new FragmentBuilder(source);
      const reason = error instanceof Error ? error.message : String(error);
      fragment.report('', 'InvalidObject', `${internalFault}: ${reason}`, 'Please report this.');
      return fragment.build();
    }
  }
}

const none: readonly never[] = Object.freeze([]);

/** How the diagnostic of an object begins whose translation failed through a fault of Fairlead. */
const internalFault = 'Fairlead failed to translate the object';

interface ObjectName {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** False also where an object was deleted and made again, however equal it is: it is a new one then, without a status. */
function isSameObject(before: KubeObject, now: KubeObject | undefined): boolean {
  return now !== undefined && before.metadata.uid === now.metadata.uid;
}

function note(stale: Map<ReadKey, ObjectName>, object: ObjectName): void {
  stale.set(readKeyOf(object.kind, object.namespace, object.name), object);
}
