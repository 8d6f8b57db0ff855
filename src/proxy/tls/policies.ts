import { createServer, type Server } from 'node:tls';
import type { Log } from '../../model/log.ts';
import type { PlanDelta } from '../../model/plan-delta.ts';
import type { MaterialId, TlsOptionsId } from '../../model/plan-tls.ts';
import type { ClientHello } from './client-hello.ts';
import type { KeyPair, KeyPairs } from './key-pairs.ts';
import { type HostTls, type LiveOptions, PlanHosts } from './plan-hosts.ts';
import { olderGroups, serverOptions, usualGroups } from './server-options.ts';
import type { ConnectionTls, TlsPolicy } from './tls-policy.ts';

/** Why a handshake is refused before it begins. */
export type HelloRefusal = 'UnknownHost' | 'TlsHandshakeFailed';

export interface TlsPoliciesContext {
  /** The thread's; `materialChanged` is to be called when they are others. */
  readonly pairs: KeyPairs;
  readonly log: Log;
  /** Engines that are kept at a time; a test sets fewer. */
  readonly mostKept?: number;
}

/** One takes about 36 KiB, and a fifth of a millisecond to make. */
const mostKept = 1_000;

/**
 * The settings and certificates of a thread's TLS connections. An engine is made when the first handshake asks for it, is shared by
 * all hosts with the same settings and certificates, and is let go of when others are used more. Open connections keep theirs.
 */
export class TlsPolicies {
  readonly #hosts = new PlanHosts();
  readonly #pairs: KeyPairs;
  /** The status of certificates, as their responders signed it. */
  readonly #staples = new Map<MaterialId, Buffer>();
  /** By content, the one used last at the end; null where it cannot be made. */
  readonly #policies = new Map<string, TlsPolicy | null>();
  readonly #log: Log;
  readonly #mostKept: number;
  #ticketSeed: Uint8Array | null = null;
  #groups = usualGroups;

  constructor({ pairs, log, mostKept: most = mostKept }: TlsPoliciesContext) {
    this.#pairs = pairs;
    this.#log = log;
    this.#mostKept = most;
  }

  /** How many engines there are. */
  get kept(): number {
    return this.#policies.size;
  }

  applyPlan(piece: PlanDelta, last: boolean): void {
    this.#hosts.apply(piece, last);
  }

  /** The thread has been sent certificates and keys, or those of `removed` have been taken away. */
  materialChanged(removed: readonly MaterialId[]): void {
    // One that could not be made may be possible now; one of a key that is gone must not stay.
    this.#forget((policy) => policy === null || policy.pairs.some(({ id }) => removed.includes(id)));
  }

  setTicketSeed(seed: Uint8Array): void {
    this.#ticketSeed = seed;
    this.#policies.clear();
  }

  /** Null where there is none any more. */
  setStaple(id: MaterialId, staple: Uint8Array | null): void {
    if (staple === null) this.#staples.delete(id);
    else this.#staples.set(id, Buffer.from(staple));
    this.#forget((policy) => policy?.pairs.some((pair) => pair.id === id) === true);
  }

  /** The policy of a handshake, or why it is refused. */
  policyFor(hello: ClientHello): TlsPolicy | HelloRefusal {
    return this.#policyOf(this.#hosts.lookup(hello.serverName), hello);
  }

  /** The policy for a route of TCP, which names its settings itself, with the certificates of the host. */
  policyForTcp(hello: ClientHello, options: TlsOptionsId): TlsPolicy | HelloRefusal {
    const found = this.#hosts.lookup(hello.serverName);
    const named = this.#hosts.optionsOf(options);
    if (named === null) return 'TlsHandshakeFailed';
    const alpn = tcpProtocols(hello.alpn, named.options.alpn);
    return this.#policyOf({ ...found, options: { ...named, options: { ...named.options, alpn } } }, hello);
  }

  /**
   * Whether a request is on a connection that was not made for it (RFC 9110 section 15.5.20): other settings hold for its route or
   * host, or its host has a certificate that the client has not seen, on a connection for another host.
   *
   * @param host of the request, in lower case, without port and last dot
   * @param named the settings that its route names; undefined where it names none
   */
  isMisdirected(made: ConnectionTls, host: string, named: TlsOptionsId | undefined): boolean {
    const { policy, serverName } = made;
    if (named !== undefined) {
      if (this.#hosts.optionsOf(named)?.access !== policy.access) return true;
    } else if (this.#hosts.hasOptions && this.#hosts.lookup(host).options.access !== policy.access) {
      return true;
    }
    return serverName !== null && host !== serverName && host !== '' && !this.#isCovered(policy, host);
  }

  #isCovered(policy: TlsPolicy, host: string): boolean {
    if (this.#hosts.lookup(host).certificates.join(' ') === policy.certificates) return true;
    return policy.pairs.some(({ leaf }) => leaf.checkHost(host) !== undefined);
  }

  #policyOf(found: HostTls, hello: ClientHello): TlsPolicy | HelloRefusal {
    const { sniStrict } = found.options.options;
    if (sniStrict && (found.host === null || found.host === '')) return 'UnknownHost';
    return this.#policy(found, hello) ?? 'TlsHandshakeFailed';
  }

  #policy({ certificates, options }: HostTls, hello: ClientHello): TlsPolicy | null {
    const pairs = this.#chosen(certificates, hello);
    const key = `${options.revision} ${options.options.alpn.join()} ${idsOf(pairs)}`;
    let policy = this.#policies.get(key);
    if (policy !== undefined) {
      // To the end, as the one used last.
      this.#policies.delete(key);
    } else {
      policy = this.#make(certificates.join(' '), pairs, options);
    }
    this.#policies.set(key, policy);
    if (this.#policies.size > this.#mostKept) this.#forgetOldest();
    return policy;
  }

  #forget(which: (policy: TlsPolicy | null) => boolean): void {
    for (const [key, policy] of this.#policies) if (which(policy)) this.#policies.delete(key);
  }

  #forgetOldest(): void {
    for (const key of this.#policies.keys()) {
      this.#policies.delete(key);
      return;
    }
  }

  #make(certificates: string, pairs: readonly KeyPair[], live: LiveOptions): TlsPolicy | null {
    const { options, access } = live;
    const authorities = options.clientAuth.authorities.map((id) => this.#pairs.authorities(id));
    const readable = authorities.filter((one) => one !== null);
    if (options.failure !== null || pairs.length === 0 || readable.length < authorities.length) return null;
    const { mode } = options.clientAuth;
    const isVerified = mode === 'VerifyClientCertIfGiven' || mode === 'RequireAndVerifyClientCert';
    if (isVerified && readable.length === 0) return null;
    const makings = { options, pairs, authorities: readable.flat(), ticketSeed: this.#ticketSeed };
    try {
      const server = this.#server(makings);
      this.#staple(server, pairs);
      return { server, mode, pairs, certificates, access };
    } catch (error) {
      this.#log.error({ err: error, tlsOptions: options.id }, 'TLS settings cannot be used');
      return null;
    }
  }

  #server(makings: Omit<Parameters<typeof serverOptions>[0], 'groups'>): Server {
    try {
      return createServer(serverOptions({ ...makings, groups: this.#groups }));
    } catch (error) {
      if (this.#groups === olderGroups || makings.options.curves.length > 0) throw error;
      const server = createServer(serverOptions({ ...makings, groups: olderGroups }));
      this.#groups = olderGroups;
      return server;
    }
  }

  #staple(server: Server, pairs: readonly KeyPair[]): void {
    const [only, other] = pairs;
    const staple = only === undefined ? undefined : this.#staples.get(only.id);
    if (staple === undefined || other !== undefined) return;
    server.on('OCSPRequest', (_certificate, _issuer, answer) => answer(null, staple));
  }

  /**
   * The first certificate of each type of key, since an engine holds one of each. Where there is a status to send along it is one
   * alone, that for the client, because the engine does not say which of its certificates it has taken.
   */
  #chosen(certificates: readonly MaterialId[], { takesEcdsa }: ClientHello): readonly KeyPair[] {
    const chosen = new Map<string, KeyPair>();
    for (const id of certificates) {
      const pair = this.#pairs.pair(id);
      if (pair !== null && !chosen.has(pair.keyType)) chosen.set(pair.keyType, pair);
    }
    const pairs = [...chosen.values()];
    if (pairs.length < 2 || !pairs.some(({ id }) => this.#staples.has(id))) return pairs;
    const fit = pairs.filter(({ keyType }) => (keyType === 'ec') === takesEcdsa);
    return fit.length === 0 ? pairs : fit.slice(0, 1);
  }
}

function idsOf(pairs: readonly KeyPair[]): string {
  return pairs.map(({ id }) => id).join(' ');
}

/**
 * What is offered to a client of TCP: the settings' protocols where it knows one of them, and else nothing, since they are about
 * HTTP mostly and a client that offers something else is not to be turned away. Of PostgreSQL we know what is meant.
 */
function tcpProtocols(offered: readonly string[], ours: readonly string[]): readonly string[] {
  if (offered.length === 0 || offered.some((name) => ours.includes(name))) return ours;
  return offered.includes('postgresql') ? ['postgresql'] : [];
}
