import { randomBytes } from 'node:crypto';
import { type Certificates, makeCertificates } from './access/certificates.ts';
import { Guard } from './access/guard.ts';
import { kubeconfigText } from './access/kubeconfig.ts';
import { Faults } from './faults.ts';
import { builtinTypes } from './kinds/builtin.ts';
import { ApiServer } from './server/api-server.ts';
import { LocalClient } from './server/local-client.ts';
import { Registry } from './server/registry.ts';
import type { ServerState } from './server/server-state.ts';
import { Store } from './storage/store.ts';

/** How a cluster is to be. */
export interface DevClusterOptions {
  /** Address to listen on; 127.0.0.1 unless given. */
  readonly host?: string;
  /** 0, the default, for any that is free. */
  readonly port?: number;
  /** HTTPS, with an authority made for the occasion. kubectl needs it: over plain HTTP it sends no credentials. */
  readonly tls?: boolean;
  /** Bearer token of the administrator; random unless given. */
  readonly token?: string;
  /** Enforces roles for everybody but the administrator. */
  readonly rbac?: boolean;
  /** The clock that objects are stamped by; timers do not follow it. */
  readonly now?: () => Date;
  /**
   * Does what controllers do after a deletion: empties and finishes namespaces, and lets Pods go at once, for no kubelet is
   * there to stop them; true unless given.
   */
  readonly finishNamespaces?: boolean;
  /** Events kept per resource for watches that start in the past; 5,000 unless given. */
  readonly historyBound?: number;
  /** Allows EndpointSlices with loopback addresses, which Kubernetes refuses; true unless given. */
  readonly allowLoopbackEndpoints?: boolean;
}

const firstNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** An embedded Kubernetes API server with its store. It holds no files; what it knows goes with it. */
export class DevCluster extends LocalClient {
  readonly token: string;
  readonly faults: Faults;
  readonly #server: ApiServer;
  readonly #guard: Guard;
  readonly #certificates: Certificates | null;
  readonly #host: string;
  #port: number;

  /** See {@link startDevCluster}. */
  constructor(state: ServerState, options: DevClusterOptions, certificates: Certificates | null) {
    super(state);
    this.token = options.token ?? randomBytes(24).toString('base64url');
    this.#guard = new Guard(state.store, { token: this.token, rbac: options.rbac ?? false });
    this.#certificates = certificates;
    this.#host = options.host ?? '127.0.0.1';
    this.#port = options.port ?? 0;
    this.faults = new Faults({ cutAll: () => this.#server.cutAll(), compact: () => state.store.compact() });
    const tls = certificates && {
      key: certificates.server.keyPem,
      cert: certificates.server.certPem,
      ca: certificates.caPem,
    };
    this.#server = new ApiServer({ state, guard: this.#guard, faults: this.faults, tls });
  }

  /** Where the server is, without a slash at the end. */
  get url(): string {
    const host = this.#host.includes(':') ? `[${this.#host}]` : this.#host;
    return `${this.#certificates ? 'https' : 'http'}://${host}:${this.#port}`;
  }

  /** Certificate of the authority that the server's own comes from, in PEM; null for plain HTTP. */
  get caPem(): string | null {
    return this.#certificates?.caPem ?? null;
  }

  /** A kubeconfig for the administrator, in YAML: with a client certificate over HTTPS, else with the token. */
  kubeconfig(): string {
    const { url, caPem, token } = this;
    return kubeconfigText({ url, caPem, token, client: this.#certificates?.client ?? null });
  }

  /** A bearer token for a service account, which need not exist. It is good until the process ends. */
  tokenFor(namespace: string, serviceAccount: string): string {
    return this.#guard.tokenFor(namespace, serviceAccount);
  }

  /** Listens again after {@link stop}, on the same port, with everything that was stored. @throws if the port is taken */
  async start(): Promise<void> {
    this.#port = await this.#server.start(this.#host, this.#port);
  }

  /** Goes away: every connection is destroyed, what is stored stays. */
  async stop(): Promise<void> {
    await this.#server.stop();
  }
}

/**
 * Starts an embedded Kubernetes API server, with the namespaces that every cluster has.
 *
 * @throws if the address cannot be listened on
 */
export async function startDevCluster(options: DevClusterOptions = {}): Promise<DevCluster> {
  const now = options.now ?? (() => new Date());
  const { historyBound, allowLoopbackEndpoints = true } = options;
  const state: ServerState = {
    store: new Store(historyBound === undefined ? {} : { historyBound }),
    registry: new Registry(builtinTypes({ allowLoopbackEndpoints })),
    now,
    finishNamespaces: options.finishNamespaces ?? true,
  };
  const hosts = [...new Set(['localhost', '127.0.0.1', '::1', options.host ?? '127.0.0.1'])];
  const certificates = options.tls ? await makeCertificates(hosts, new Date()) : null;
  const cluster = new DevCluster(state, options, certificates);
  for (const name of firstNamespaces) {
    cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  // A watch cannot begin before the server did.
  state.store.compact();
  await cluster.start();
  return cluster;
}
