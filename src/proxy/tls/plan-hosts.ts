import type { ListDelta, PlanDelta } from '../../model/plan-delta.ts';
import {
  defaultTlsOptions,
  defaultTlsOptionsId,
  type MaterialId,
  type PlanTlsHost,
  type PlanTlsOptions,
  selfSignedId,
  type TlsOptionsId,
} from '../../model/plan-tls.ts';
import { tlsEntryFor } from '../../routing/tls-host.ts';

/** What a plan says of the TLS connections for a host. */
export interface HostTls {
  /** Which entry of the plan it is; null where there is none, and the defaults hold. */
  readonly host: string | null;
  readonly certificates: readonly MaterialId[];
  readonly options: LiveOptions;
}

/** Settings, with what tells them from others. */
export interface LiveOptions {
  readonly options: PlanTlsOptions;
  /** Another number for each content that an id has had. */
  readonly revision: number;
  /**
   * What a connection must have been made with for a request: the id of the settings, and how clients prove who they are. So
   * authorities that change hold for the next request of a connection that is open already.
   */
  readonly access: string;
}

/** The hosts and settings of a plan: the one place that says what holds for a name, whatever protocol asks. */
export class PlanHosts {
  readonly #hosts = new Map<string, HostTls>();
  readonly #options = new Map<TlsOptionsId, LiveOptions>();
  /** The entries as the plan has them, for when settings change. */
  readonly #plan = new Map<string, PlanTlsHost>();
  #waiting: Pick<PlanDelta, 'tlsHosts' | 'tlsOptions'>[] = [];
  #revisions = 0;
  /** Settings for what no entry names. */
  #default: LiveOptions;
  #none: HostTls;
  #hasOptions = false;

  constructor() {
    this.#default = this.#live(defaultTlsOptions);
    this.#none = { host: null, certificates: [selfSignedId], options: this.#default };
  }

  /** False where all connections have been made with the same settings, ours. */
  get hasOptions(): boolean {
    return this.#hasOptions;
  }

  /** Takes a piece of a delta. All of them hold from the last one on, so that no host is without its settings in between. */
  apply({ tlsHosts, tlsOptions }: PlanDelta, last: boolean): void {
    if (tlsHosts !== undefined || tlsOptions !== undefined) {
      this.#waiting.push({
        ...(tlsHosts === undefined ? {} : { tlsHosts }),
        ...(tlsOptions === undefined ? {} : { tlsOptions }),
      });
    }
    if (!last || this.#waiting.length === 0) return;
    const pieces = this.#waiting;
    this.#waiting = [];
    const touched = new Set<TlsOptionsId>();
    for (const { tlsOptions: options } of pieces)
      if (options !== undefined) this.#setOptions(options, touched);
    for (const { tlsHosts: hosts } of pieces) if (hosts !== undefined) this.#setHosts(hosts);
    if (touched.size > 0) {
      for (const entry of this.#plan.values()) if (touched.has(entry.options)) this.#setHost(entry);
    }
    this.#none = { host: null, certificates: [selfSignedId], options: this.#default };
    // For good: connections outlive the settings that they were made with.
    this.#hasOptions ||= this.#options.size > 0;
  }

  /**
   * What holds for a host: the entry of its name, of the wildcard over it, or of whatever no other entry takes. In lower case,
   * without port and last dot; null for clients that name none.
   */
  lookup(host: string | null): HostTls {
    return tlsEntryFor(this.#hosts, host) ?? this.#none;
  }

  /** Settings that a route names itself; null where the plan does not have them. */
  optionsOf(id: TlsOptionsId): LiveOptions | null {
    return id === defaultTlsOptionsId ? this.#default : (this.#options.get(id) ?? null);
  }

  #setOptions({ set, removed }: ListDelta<PlanTlsOptions, TlsOptionsId>, touched: Set<TlsOptionsId>): void {
    for (const id of removed) {
      this.#options.delete(id);
      touched.add(id);
    }
    for (const options of set) {
      this.#options.set(options.id, this.#live(options));
      touched.add(options.id);
    }
    this.#default = this.#options.get(defaultTlsOptionsId) ?? this.#live(defaultTlsOptions);
  }

  #setHosts({ set, removed }: ListDelta<PlanTlsHost, string>): void {
    for (const host of removed) {
      this.#plan.delete(host);
      this.#hosts.delete(host);
    }
    for (const entry of set) {
      this.#plan.set(entry.host, entry);
      this.#setHost(entry);
    }
  }

  /** An entry whose settings the plan does not have refuses its handshakes: it must not fall back to weaker ones. */
  #setHost({ host, certificates, options }: PlanTlsHost): void {
    const named = options === defaultTlsOptionsId ? this.#default : this.#options.get(options);
    this.#hosts.set(
      host,
      named === undefined
        ? { host, certificates: [], options: this.#live({ ...defaultTlsOptions, id: options }) }
        : { host, certificates, options: named },
    );
  }

  #live(options: PlanTlsOptions): LiveOptions {
    const { id, clientAuth } = options;
    const proves = clientAuth.mode === 'NoClientCert' ? '' : `\n${JSON.stringify(clientAuth)}`;
    return { options, revision: ++this.#revisions, access: id + proves };
  }
}
