import type { PlanRoute } from '../model/plan.ts';
import type { RequestView } from '../model/request-view.ts';
import { BucketMap } from './bucket-map.ts';
import type { Candidate } from './candidate.ts';
import { ChangesByKey } from './changes-by-key.ts';
import { indexKeysOf } from './index-keys.ts';
import { changePathIndex, findCandidate, isCovered, type PathIndex } from './path-index.ts';
import type { ListChange } from './sorted-list.ts';

/** Finds the route of a request by its host. Immutable; a changed copy shares what did not change. */
export class HostIndex {
  readonly #exact: BucketMap<PathIndex>;
  /** By what follows the first label, dot included. */
  readonly #wildcard: BucketMap<PathIndex>;
  readonly #any: PathIndex | undefined;

  constructor(exact: BucketMap<PathIndex>, wildcard: BucketMap<PathIndex>, any: PathIndex | undefined) {
    this.#exact = exact;
    this.#wildcard = wildcard;
    this.#any = any;
  }

  static empty(): HostIndex {
    return new HostIndex(BucketMap.empty(), BucketMap.empty(), undefined);
  }

  /** The candidate with the highest precedence that takes a request. */
  find(view: RequestView): Candidate | undefined {
    const { host } = view;
    let found: Candidate | undefined;
    const exact = this.#exact.get(host);
    if (exact !== undefined) found = findCandidate(exact, view, found);
    const wildcard = this.#wildcardOf(host);
    if (wildcard !== undefined) found = findCandidate(wildcard, view, found);
    return this.#any === undefined ? found : findCandidate(this.#any, view, found);
  }

  /** Whether any candidate is for a host, or for any host where it is null, over TLS on an entry point. */
  servesTls(entryPoint: string, host: string | null): boolean {
    const indexes = host === null ? [this.#any] : [this.#exact.get(host), this.#wildcardOf(host)];
    return indexes.some(
      (index) =>
        index?.candidates.some(
          ({ route }) => route.tls !== false && route.entryPoints.includes(entryPoint),
        ) === true,
    );
  }

  /** The same among the folded candidates; the path of `view` is folded too. */
  findFolded(view: RequestView): Candidate | undefined {
    const { host } = view;
    let found: Candidate | undefined;
    for (const index of [this.#exact.get(host), this.#wildcardOf(host), this.#any]) {
      if (index !== undefined) found = findCandidate(index.folded ?? index, view, found);
    }
    return found;
  }

  /** Whether folding makes a difference for any candidate of a host. */
  hasFolded(host: string): boolean {
    const isFolded = (index: PathIndex | undefined): boolean => (index?.folded ?? null) !== null;
    return isFolded(this.#exact.get(host)) || isFolded(this.#wildcardOf(host)) || isFolded(this.#any);
  }

  /** True where no candidate of the host has a policy that `chosen` lacks; false also where one may. */
  isCovered(host: string, chosen: PlanRoute): boolean {
    const exact = this.#exact.get(host);
    if (exact !== undefined && !isCovered(exact, chosen)) return false;
    const wildcard = this.#wildcardOf(host);
    if (wildcard !== undefined && !isCovered(wildcard, chosen)) return false;
    return this.#any === undefined || isCovered(this.#any, chosen);
  }

  #wildcardOf(host: string): PathIndex | undefined {
    if (this.#wildcard.size === 0) return undefined;
    const dot = host.indexOf('.');
    return dot > 0 ? this.#wildcard.get(host.slice(dot)) : undefined;
  }

  /** A copy without some candidates and with others, which come in precedence order. */
  with(change: ListChange<Candidate>): HostIndex {
    const byHost = new ChangesByKey<Candidate>();
    for (const candidate of change.removed) {
      for (const host of hostsOf(candidate)) byHost.remove(host, candidate);
    }
    for (const candidate of change.added) {
      for (const host of hostsOf(candidate)) byHost.add(host, candidate);
    }
    const exact = new Map<string, PathIndex | undefined>();
    const wildcard = new Map<string, PathIndex | undefined>();
    let any = this.#any;
    for (const host of byHost.keys()) {
      const changeOfHost = byHost.get(host);
      if (host === '*') {
        any = changePathIndex(any, host, changeOfHost);
      } else if (host.startsWith('*.')) {
        const suffix = host.slice(1);
        wildcard.set(suffix, changePathIndex(this.#wildcard.get(suffix), host, changeOfHost));
      } else {
        exact.set(host, changePathIndex(this.#exact.get(host), host, changeOfHost));
      }
    }
    return new HostIndex(this.#exact.with(exact), this.#wildcard.with(wildcard), any);
  }
}

function hostsOf(candidate: Candidate): ReadonlySet<string> {
  return new Set(indexKeysOf(candidate.route.rule).map((key) => key.host));
}
