import { type Diagnostic, diagnostic } from '../model/diagnostic.ts';
import { formatReference } from '../model/object-reference.ts';
import { byCodeUnit, byReference } from '../model/order.ts';
import { defaultTlsOptionsId, type MaterialId, type PlanTlsHost, selfSignedId } from '../model/plan-tls.ts';
import type { SharedEntries } from './shared-entries.ts';
import type { TlsClaim, TlsOffer } from './tls-claim.ts';

/** What is said of one host. */
interface Group {
  readonly claims: Set<TlsClaim>;
  readonly offers: Set<TlsOffer>;
  entry: PlanTlsHost | null;
  conflicts: readonly Diagnostic[];
}

/** More certificates for one host than there are types of keys serve nobody. */
const mostCertificates = 16;

/**
 * Settles what objects claim for hosts. Of several objects the oldest one that names settings decides on the settings of a
 * host, and the oldest one that names a certificate on its certificates, together with others of its namespace: nobody else
 * can take a host over, also not while that one's certificate cannot be used. A host without a certificate of its own takes
 * what is offered for its name, what its wildcard has, or what holds where nothing else does. A change costs the hosts that
 * it touches.
 */
export class TlsHosts {
  readonly #groups = new Map<string, Group>();
  readonly #touched = new Set<string>();
  /** Hosts that take their certificates from elsewhere, by the wildcard that they fall under. */
  readonly #borrowersBelow = new Map<string, Set<string>>();

  add(claims: readonly TlsClaim[], offers: readonly TlsOffer[]): void {
    for (const claim of claims) this.#group(claim.host).claims.add(claim);
    for (const offer of offers) this.#group(offer.host).offers.add(offer);
  }

  remove(claims: readonly TlsClaim[], offers: readonly TlsOffer[]): void {
    for (const claim of claims) this.#group(claim.host).claims.delete(claim);
    for (const offer of offers) this.#group(offer.host).offers.delete(offer);
  }

  /** Brings entries and diagnostics up to date with what was added and removed since the last call. */
  settle(entries: SharedEntries<PlanTlsHost>, diagnostics: SharedEntries<Diagnostic>): void {
    // What holds where nothing else does may hold for any host.
    if (this.#touched.has('')) for (const host of this.#groups.keys()) this.#touched.add(host);
    for (const host of [...this.#touched]) {
      if (!host.startsWith('*.')) continue;
      for (const borrower of this.#borrowersBelow.get(host) ?? []) this.#touched.add(borrower);
    }
    for (const host of this.#touched) {
      const group = this.#groups.get(host);
      if (group !== undefined) this.#judge(host, group, entries, diagnostics);
    }
    this.#touched.clear();
  }

  #group(host: string): Group {
    this.#touched.add(host);
    const known = this.#groups.get(host);
    if (known !== undefined) return known;
    const group: Group = { claims: new Set(), offers: new Set(), entry: null, conflicts: [] };
    this.#groups.set(host, group);
    return group;
  }

  #judge(
    host: string,
    group: Group,
    entries: SharedEntries<PlanTlsHost>,
    diagnostics: SharedEntries<Diagnostic>,
  ): void {
    const entry = this.#entryOf(host, group);
    if (group.entry !== null) entries.release(group.entry);
    if (entry !== null) entries.use(entry);
    group.entry = entry;
    const conflicts = conflictsIn(group);
    for (const one of group.conflicts) diagnostics.release(one);
    for (const one of conflicts) diagnostics.use(one);
    group.conflicts = conflicts;
    if (group.claims.size + group.offers.size === 0) this.#groups.delete(host);
  }

  #entryOf(host: string, { claims, offers }: Group): PlanTlsHost | null {
    const own = ownCertificates(claims);
    const oldest = oldestOf(claims);
    const open = [...offers].filter(({ isOpen }) => isOpen);
    const borrows = own === null && (oldest !== null || open.length > 0) && host !== '';
    this.#note(host, borrows);
    if (oldest === null) {
      const first = oldestOf(open);
      if (first === null) return null;
      const certificates = certificatesOf(
        open.filter((one) => one.object.namespace === first.object.namespace),
      );
      return Object.freeze({ host, certificates, options: this.#generalOptions() });
    }
    const named = oldestOf([...claims].filter(({ options }) => options !== null));
    const options = named?.options ?? oldest.usualOptions ?? this.#generalOptions();
    return Object.freeze({ host, certificates: own ?? this.#borrowed(host, oldest), options });
  }

  #note(host: string, borrows: boolean): void {
    const above = aboveOf(host);
    if (!borrows) {
      const below = this.#borrowersBelow.get(above);
      below?.delete(host);
      if (below?.size === 0) this.#borrowersBelow.delete(above);
      return;
    }
    const below = this.#borrowersBelow.get(above);
    if (below === undefined) this.#borrowersBelow.set(above, new Set([host]));
    else below.add(host);
  }

  /** The certificates of a host for which no object names any. */
  #borrowed(host: string, { object, usualCertificate }: TlsClaim): readonly MaterialId[] {
    const above = host.startsWith('*.') ? undefined : this.#groups.get(aboveOf(host));
    const offered = [this.#groups.get(host), above].flatMap((group) => {
      const fitting = [...(group?.offers ?? [])].filter(
        ({ reach, object: { namespace } }) => reach === 'everywhere' || namespace === object.namespace,
      );
      return certificatesOf(fitting);
    });
    if (offered.length > 0) return Object.freeze([...new Set(offered)].slice(0, mostCertificates));
    const wildcard = above === undefined ? null : ownCertificates(above.claims);
    if (wildcard !== null) return wildcard;
    if (usualCertificate !== undefined) return usable([usualCertificate]);
    return this.#generalCertificates();
  }

  #generalCertificates(): readonly MaterialId[] {
    return ownCertificates(this.#groups.get('')?.claims ?? none) ?? selfSigned;
  }

  #generalOptions(): string {
    const claims = [...(this.#groups.get('')?.claims ?? [])];
    return oldestOf(claims.filter(({ options }) => options !== null))?.options ?? defaultTlsOptionsId;
  }
}

const none: ReadonlySet<never> = new Set<never>();
const selfSigned: readonly MaterialId[] = Object.freeze([selfSignedId]);

type Aged = Pick<TlsClaim, 'createdAt' | 'object'>;

function byAge(left: Aged, right: Aged): number {
  return byCodeUnit(left.createdAt, right.createdAt) || byReference(left.object, right.object);
}

function oldestOf<One extends Aged>(all: Iterable<One>): One | null {
  let oldest: One | null = null;
  for (const one of all) if (oldest === null || byAge(one, oldest) < 0) oldest = one;
  return oldest;
}

/** What the claims themselves name; null where none names a certificate, empty where none that counts can be used. */
function ownCertificates(claims: ReadonlySet<TlsClaim>): readonly MaterialId[] | null {
  const naming = [...claims].filter(({ certificate }) => certificate !== null);
  const first = oldestOf(naming);
  if (first === null) return null;
  const counting = naming.filter(({ object }) => object.namespace === first.object.namespace);
  return usable(counting.toSorted(byAge).map(({ certificate }) => certificate));
}

function usable(certificates: readonly (MaterialId | null)[]): readonly MaterialId[] {
  const found = certificates.filter((one) => one !== null && one !== 'refused') as readonly MaterialId[];
  return Object.freeze([...new Set(found)].slice(0, mostCertificates));
}

function certificatesOf(offers: readonly TlsOffer[]): readonly MaterialId[] {
  return usable(offers.toSorted(byAge).map(({ certificate }) => certificate));
}

/** `*.example.com` for `www.example.com`: the wildcard that a host falls under. */
function aboveOf(host: string): string {
  const dot = host.indexOf('.');
  return dot === -1 ? '' : `*${host.slice(dot)}`;
}

/** Objects that name other settings than those that hold. */
function conflictsIn({ claims }: Group): readonly Diagnostic[] {
  const naming = [...claims].filter(({ options }) => options !== null);
  const winner = oldestOf(naming);
  if (winner === null) return nothing;
  return naming
    .filter(({ options }) => options !== winner.options)
    .map(({ object, path, host }) =>
      diagnostic(
        object,
        path,
        'TlsOptionsConflict',
        `${formatReference(winner.object)} is older and names other TLS settings for the host ${JSON.stringify(host)}`,
        'Name the same TLSOption in both, or use another host.',
      ),
    );
}

const nothing: readonly never[] = Object.freeze([]);
