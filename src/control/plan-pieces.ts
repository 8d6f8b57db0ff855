import type { PlanRoute } from '../model/plan.ts';
import { type ListDelta, type PlanDelta, type SparseList, sparseLists } from '../model/plan-delta.ts';
import type { PlanPiece } from '../model/thread-message.ts';

/** Characters of a piece. Building what they say takes a proxy thread about a millisecond. */
const usualLength = 32_768;

const lists = ['middlewares', 'services', 'routes'] as const;
type List = (typeof lists)[number] | SparseList;

interface Piece {
  readonly texts: Map<string, string[]>;
  length: number;
}

/**
 * Cuts a delta into pieces of JSON that are deltas themselves and that come to the same, applied one after the other; the last
 * one leads to the generation. What routes name comes before the routes and goes after them, so that no route is compiled
 * without it. Text, because it is made once for all threads, and is copied and read faster than objects are cloned. Pieces leave
 * out what only people read.
 */
export function piecesOf(delta: PlanDelta, pieceLength = usualLength): readonly PlanPiece[] {
  const pieces: Piece[] = [newPiece()];
  let piece = pieces[0] as Piece;
  const add = (place: string, text: string): void => {
    if (piece.length > 0 && piece.length + text.length > pieceLength) {
      piece = newPiece();
      pieces.push(piece);
    }
    piece.length += text.length;
    const texts = piece.texts.get(place);
    if (texts === undefined) piece.texts.set(place, [text]);
    else texts.push(text);
  };
  for (const list of sparseLists) {
    const entries: ListDelta<unknown, string> | undefined = delta[list];
    for (const one of entries?.set ?? []) add(`${list}.set`, JSON.stringify(one));
  }
  for (const one of delta.middlewares.set) add('middlewares.set', JSON.stringify(one));
  for (const one of delta.services.set) add('services.set', JSON.stringify(one));
  for (const id of delta.routes.removed) add('routes.removed', JSON.stringify(id));
  for (const route of delta.routes.set) add('routes.set', JSON.stringify(forThread(route)));
  for (const key of delta.services.removed) add('services.removed', JSON.stringify(key));
  for (const id of delta.middlewares.removed) add('middlewares.removed', JSON.stringify(id));
  for (const list of sparseLists.toReversed()) {
    for (const key of delta[list]?.removed ?? []) add(`${list}.removed`, JSON.stringify(key));
  }
  return pieces.map((each, index) => {
    const last = index === pieces.length - 1;
    return { kind: 'planPiece', text: textOf(each, delta, last), last };
  });
}

function newPiece(): Piece {
  return { texts: new Map(), length: 0 };
}

function forThread(route: PlanRoute): PlanRoute {
  return { ...route, path: '', match: '' };
}

function textOf({ texts }: Piece, { since, generation }: PlanDelta, last: boolean): string {
  const sparse = sparseLists.filter((name) => texts.has(`${name}.set`) || texts.has(`${name}.removed`));
  const list = (name: List): string => {
    const entries = (field: string): string => `"${field}":[${(texts.get(`${name}.${field}`) ?? []).join()}]`;
    return `"${name}":{${entries('set')},${entries('removed')}}`;
  };
  return `{"generation":${last ? generation : since},"since":${since},${[...lists, ...sparse].map(list).join()}}`;
}
