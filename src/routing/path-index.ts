import type { PlanRoute } from '../model/plan.ts';
import type { RequestView } from '../model/request-view.ts';
import { BucketMap } from './bucket-map.ts';
import { byCandidatePrecedence, type Candidate } from './candidate.ts';
import { ChangesByKey } from './changes-by-key.ts';
import { indexKeysOf, type PathKey } from './index-keys.ts';
import { coversPolicy, hasSamePolicy } from './policy.ts';
import { changeSorted, type ListChange } from './sorted-list.ts';

/** Up to this many candidates are tried one after the other. */
const maxListed = 24;

/** Candidates of one host, immutable. */
export interface CandidateIndex {
  /** All of them, in precedence order. */
  readonly candidates: readonly Candidate[];
  /** Null where they are few. */
  readonly byPath: ByPath | null;
}

/** The candidates of one host, immutable. */
export interface PathIndex extends CandidateIndex {
  /** Whether all of them have the same policy, so that a request is as safe on one as on another. */
  readonly isUniform: boolean;
  /** The same candidates folded; null where no folded candidate differs. */
  readonly folded: CandidateIndex | null;
}

type Candidates = readonly Candidate[];

interface ByPath {
  readonly exact: BucketMap<Candidates>;
  readonly prefixes: BucketMap<Candidates>;
  /** Lengths of the prefixes, the longest first. */
  readonly prefixLengths: readonly number[];
  /** Candidates that no path finds. */
  readonly rest: Candidates;
}

/**
 * The candidate with the highest precedence that takes a request and comes before `best`; else `best`. Costs the number of
 * candidates whose path fits, not the number of all.
 */
export function findCandidate(
  index: CandidateIndex,
  view: RequestView,
  best: Candidate | undefined,
): Candidate | undefined {
  const { byPath } = index;
  if (byPath === null) return firstTaker(index.candidates, view, best);
  const { path } = view;
  let found = best;
  const exact = byPath.exact.get(path);
  if (exact !== undefined) found = firstTaker(exact, view, found);
  for (const length of byPath.prefixLengths) {
    if (length > path.length) continue;
    const candidates = byPath.prefixes.get(path.slice(0, length));
    if (candidates !== undefined) found = firstTaker(candidates, view, found);
  }
  return firstTaker(byPath.rest, view, found);
}

function firstTaker(
  candidates: Candidates,
  view: RequestView,
  best: Candidate | undefined,
): Candidate | undefined {
  for (const candidate of candidates) {
    if (best !== undefined && byCandidatePrecedence(candidate, best) >= 0) return best;
    if (candidate.takes(view)) return candidate;
  }
  return best;
}

/** A changed copy of the candidates of `host`, which says where they are indexed; undefined where none is left. */
export function changePathIndex(
  index: PathIndex | undefined,
  host: string,
  change: ListChange<Candidate>,
): PathIndex | undefined {
  const changed = changeCandidates(index, host, change);
  if (changed === undefined) return undefined;
  const { candidates, byPath } = changed;
  const folded = changeFolded(index, host, change, candidates) ?? null;
  return { candidates, byPath, isUniform: staysUniform(index, change, candidates), folded };
}

/** Whether a request on route `chosen` meets every policy that it would meet on any of the candidates; false also where it may. */
export function isCovered(index: PathIndex, chosen: PlanRoute): boolean {
  const first = index.candidates[0];
  return index.isUniform && (first === undefined || coversPolicy(chosen, first.route));
}

/** Looks at what came only, where that decides: a host may have 100,000 candidates. */
function staysUniform(
  before: PathIndex | undefined,
  { removed, added }: ListChange<Candidate>,
  candidates: Candidates,
): boolean {
  const first = before?.candidates[0];
  if (before === undefined || first === undefined) return isUniform(candidates);
  if (!before.isUniform) return removed.size > 0 && isUniform(candidates);
  if (added.every(({ route }) => hasSamePolicy(first.route, route))) return true;
  return removed.size >= before.candidates.length && isUniform(candidates);
}

function isUniform(candidates: Candidates): boolean {
  const first = candidates[0];
  return first === undefined || candidates.every(({ route }) => hasSamePolicy(first.route, route));
}

/** Once there, it is kept until the host goes: that costs memory, and never an answer. */
function changeFolded(
  index: PathIndex | undefined,
  host: string,
  change: ListChange<Candidate>,
  candidates: Candidates,
): CandidateIndex | undefined {
  if (index?.folded) {
    const removed = new Set(Array.from(change.removed, ({ folded }) => folded));
    return changeCandidates(index.folded, host, { removed, added: change.added.map(({ folded }) => folded) });
  }
  if (change.added.every((candidate) => candidate.folded === candidate)) return undefined;
  return changeCandidates(undefined, host, {
    removed: new Set(),
    added: candidates.map(({ folded }) => folded),
  });
}

function changeCandidates(
  index: CandidateIndex | undefined,
  host: string,
  change: ListChange<Candidate>,
): CandidateIndex | undefined {
  const candidates = changeSorted(index?.candidates ?? [], change, byCandidatePrecedence);
  if (candidates.length === 0) return undefined;
  if (candidates.length <= maxListed) return { candidates, byPath: null };
  const before = index?.byPath ?? null;
  const byPath =
    before === null
      ? changeByPath(emptyByPath(), host, { removed: new Set(), added: candidates })
      : changeByPath(before, host, change);
  return { candidates, byPath };
}

function emptyByPath(): ByPath {
  return { exact: BucketMap.empty(), prefixes: BucketMap.empty(), prefixLengths: [], rest: [] };
}

function changeByPath(index: ByPath, host: string, change: ListChange<Candidate>): ByPath {
  const exact = new ChangesByKey<Candidate>();
  const prefixes = new ChangesByKey<Candidate>();
  const rest = new ChangesByKey<Candidate>();
  for (const candidate of change.removed) {
    for (const path of pathKeysOf(candidate, host)) {
      if (path === null) rest.remove('', candidate);
      else (path.exact ? exact : prefixes).remove(path.path, candidate);
    }
  }
  for (const candidate of change.added) {
    for (const path of pathKeysOf(candidate, host)) {
      if (path === null) rest.add('', candidate);
      else (path.exact ? exact : prefixes).add(path.path, candidate);
    }
  }
  const changedPrefixes = changeLists(index.prefixes, prefixes);
  return {
    exact: changeLists(index.exact, exact),
    prefixes: changedPrefixes,
    prefixLengths: changedLengths(index, changedPrefixes, prefixes),
    rest: changeSorted(index.rest, rest.get(''), byCandidatePrecedence),
  };
}

function pathKeysOf(candidate: Candidate, host: string): readonly (PathKey | null)[] {
  const keys = indexKeysOf(candidate.route.rule).filter((key) => key.host === host);
  return keys.some((key) => key.path === null) ? [null] : keys.map((key) => key.path);
}

/** Lists the lengths again only where one may have come or gone. */
function changedLengths(
  before: ByPath,
  prefixes: BucketMap<Candidates>,
  changes: ChangesByKey<Candidate>,
): readonly number[] {
  const lengths = new Set(before.prefixLengths);
  let gone = false;
  for (const prefix of changes.keys()) {
    if (prefixes.get(prefix) === undefined) gone = true;
    else lengths.add(prefix.length);
  }
  if (gone) {
    lengths.clear();
    for (const prefix of prefixes.keys()) lengths.add(prefix.length);
  }
  return [...lengths].sort((left, right) => right - left);
}

function changeLists(lists: BucketMap<Candidates>, changes: ChangesByKey<Candidate>): BucketMap<Candidates> {
  const changed = new Map<string, Candidates | undefined>();
  for (const key of changes.keys()) {
    const list = changeSorted(lists.get(key) ?? [], changes.get(key), byCandidatePrecedence);
    changed.set(key, list.length === 0 ? undefined : list);
  }
  return lists.with(changed);
}
