import type { KubeObject } from '../model/cluster.ts';
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../model/diagnostic.ts';
import { formatReference, type ObjectReference } from '../model/object-reference.ts';
import type { PlanMiddleware, PlanRoute, PlanService } from '../model/plan.ts';
import type { ServiceKey } from '../model/plan-keys.ts';
import type { PlanTcpRoute, PlanUdpRoute } from '../model/plan-tcp.ts';
import type { PlanTlsOptions } from '../model/plan-tls.ts';
import type { PlanTransport } from '../model/plan-transport.ts';
import type { Material, UsedCertificate } from './material.ts';
import type { TlsClaim, TlsOffer } from './tls-claim.ts';

/** What one object adds to the plan. */
export interface Fragment {
  readonly object: ObjectReference;
  /** `metadata.generation` of the object that was read; 0 where it has none. */
  readonly observedGeneration: number;
  /** False for an object that is another controller's: it adds nothing and gets no status. */
  readonly ours: boolean;
  /** By index. */
  readonly routes: readonly PlanRoute[];
  /** Services that the routes lead to, and Middlewares that they use; others may use them too. */
  readonly services: readonly PlanService[];
  readonly middlewares: readonly PlanMiddleware[];
  readonly tcpRoutes: readonly PlanTcpRoute[];
  readonly udpRoutes: readonly PlanUdpRoute[];
  /** TLS settings and transports that the routes name; others may name them too. */
  readonly tlsOptions: readonly PlanTlsOptions[];
  readonly transports: readonly PlanTransport[];
  /** What the object wants for hosts; `tls-hosts.ts` settles what becomes of it beside the claims of others. */
  readonly tlsClaims: readonly TlsClaim[];
  /** Certificates for hosts that nobody names one for. */
  readonly tlsOffers: readonly TlsOffer[];
  /** What claims, offers, TLS settings and transports name, and the certificates of Secrets among it. */
  readonly materials: readonly Material[];
  readonly certificates: readonly UsedCertificate[];
  readonly diagnostics: readonly Diagnostic[];
}

function referenceTo(object: KubeObject): ObjectReference {
  const { apiVersion, kind, metadata } = object;
  return Object.freeze({ apiVersion, kind, namespace: metadata.namespace ?? '', name: metadata.name });
}

/** Gathers a fragment while an object is translated. */
export class FragmentBuilder {
  readonly object: ObjectReference;
  /** `metadata.creationTimestamp`; empty where the object has none. */
  readonly createdAt: string;
  readonly #observedGeneration: number;
  readonly #routes: PlanRoute[] = [];
  readonly #services = new Map<string, PlanService>();
  readonly #middlewares = new Map<string, PlanMiddleware>();
  readonly #tcpRoutes: PlanTcpRoute[] = [];
  readonly #udpRoutes: PlanUdpRoute[] = [];
  readonly #tlsOptions = new Map<string, PlanTlsOptions>();
  readonly #transports = new Map<string, PlanTransport>();
  readonly #tlsClaims: TlsClaim[] = [];
  readonly #tlsOffers: TlsOffer[] = [];
  readonly #materials = new Map<string, Material>();
  readonly #certificates = new Map<string, UsedCertificate>();
  readonly #diagnostics: Diagnostic[] = [];

  constructor(object: KubeObject) {
    this.object = referenceTo(object);
    this.createdAt = object.metadata.creationTimestamp ?? '';
    this.#observedGeneration = object.metadata.generation ?? 0;
  }

  report(path: string, code: DiagnosticCode, message: string, hint?: string): void {
    this.#diagnostics.push(diagnostic(this.object, path, code, message, hint));
  }

  /** Takes over diagnostics that somebody else made of the same object. */
  adopt(diagnostics: readonly Diagnostic[]): void {
    for (const one of diagnostics) this.#diagnostics.push(one);
  }

  addRoute(route: PlanRoute): void {
    this.#routes.push(Object.freeze(route));
  }

  /** Makes a service known; it stands in the fragment if a route leads to it. */
  useService(service: PlanService): void {
    this.#services.set(service.key, service);
  }

  /** Makes a Middleware known; it stands in the fragment if a route uses it. */
  useMiddleware(middleware: PlanMiddleware): void {
    this.#middlewares.set(middleware.id, middleware);
  }

  addTcpRoute(route: PlanTcpRoute): void {
    this.#tcpRoutes.push(Object.freeze(route));
  }

  addUdpRoute(route: PlanUdpRoute): void {
    this.#udpRoutes.push(Object.freeze(route));
  }

  /** TLS settings that a route or a claim of the fragment names. */
  useTlsOptions(options: PlanTlsOptions): void {
    this.#tlsOptions.set(options.id, options);
  }

  /** A transport that a route of the fragment names. */
  useTransport(transport: PlanTransport): void {
    this.#transports.set(transport.id, transport);
  }

  claim(claim: TlsClaim): void {
    this.#tlsClaims.push(Object.freeze(claim));
  }

  offer(offer: TlsOffer): void {
    this.#tlsOffers.push(Object.freeze(offer));
  }

  /** What the plan names by an id and proxy threads must have. */
  useMaterial(material: Material): void {
    this.#materials.set(material.id, material);
  }

  /** A certificate whose end is watched. */
  useCertificate(certificate: UsedCertificate): void {
    this.#certificates.set(formatReference(certificate.secret), Object.freeze(certificate));
  }

  build(): Fragment {
    return Object.freeze({
      object: this.object,
      observedGeneration: this.#observedGeneration,
      ours: true,
      routes: Object.freeze(this.#routes),
      services: used(this.#services, [
        ...this.#routes.flatMap(servicesOf),
        ...this.#tcpRoutes.flatMap(targetServices),
        ...this.#udpRoutes.flatMap(targetServices),
      ]),
      middlewares: used(
        this.#middlewares,
        this.#routes.flatMap((route) => route.middlewares),
      ),
      tcpRoutes: Object.freeze(this.#tcpRoutes),
      udpRoutes: Object.freeze(this.#udpRoutes),
      tlsOptions: Object.freeze([...this.#tlsOptions.values()]),
      transports: Object.freeze([...this.#transports.values()]),
      tlsClaims: Object.freeze(this.#tlsClaims),
      tlsOffers: Object.freeze(this.#tlsOffers),
      materials: Object.freeze([...this.#materials.values()]),
      certificates: Object.freeze([...this.#certificates.values()]),
      diagnostics: Object.freeze(this.#diagnostics),
    });
  }

  /** The fragment of an object that another controller serves. */
  notOurs(): Fragment {
    return Object.freeze({
      object: this.object,
      observedGeneration: this.#observedGeneration,
      ours: false,
      routes: nothing,
      services: nothing,
      middlewares: nothing,
      tcpRoutes: nothing,
      udpRoutes: nothing,
      tlsOptions: nothing,
      transports: nothing,
      tlsClaims: nothing,
      tlsOffers: nothing,
      materials: nothing,
      certificates: nothing,
      diagnostics: nothing,
    });
  }
}

const nothing: readonly never[] = Object.freeze([]);

function servicesOf({ action }: PlanRoute): readonly ServiceKey[] {
  return action.kind === 'forward' ? action.targets.map((target) => target.service) : [];
}

function targetServices({ action }: PlanTcpRoute | PlanUdpRoute): readonly ServiceKey[] {
  return action.kind === 'forward' ? action.targets.map((target) => target.service) : [];
}

function used<Entry>(known: ReadonlyMap<string, Entry>, keys: readonly string[]): readonly Entry[] {
  const entries = [...new Set(keys)].map((key) => known.get(key));
  return Object.freeze(entries.filter((entry) => entry !== undefined));
}
