import assert from 'node:assert/strict';
import { trimObject } from '../../../src/api/trim.ts';
import type { ClusterView, WatchedKind } from '../../../src/model/cluster.ts';

/** What a view of these raw objects must hold, in the order of the API's own keys. */
export function expectView(view: ClusterView, kind: WatchedKind, raws: readonly unknown[]): void {
  const wanted = raws
    .map((raw) => trimObject(kind, raw))
    .flatMap((each) => (each.kind === 'trimmed' ? [each.object] : []));
  const key = ({ metadata: { namespace = '', name } }: (typeof wanted)[number]) => [namespace, name];
  const sorted = wanted.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  assert.deepEqual(view.list(kind.kind), sorted);
}
