import type { PlanRoute } from '../model/plan.ts';
import type { RouteId } from '../model/plan-keys.ts';
import { equalPlain } from '../translate/equal.ts';

/** What of a route can change, in classes that a person thinks in. */
export type RouteField =
  | 'rule'
  | 'priority'
  | 'entryPoints'
  | 'tls'
  | 'middlewares'
  | 'services'
  | 'timeouts'
  | 'answer'
  | 'parents'
  | 'age';

/** What one generation changed of one route. */
export interface RouteChange {
  readonly route: RouteId;
  readonly change: 'added' | 'changed' | 'removed';
  /** Empty unless it changed. */
  readonly fields: readonly RouteField[];
  /** The route where it came or went; for a changed one each field before and after. At most 300 characters. */
  readonly says: string;
}

/** Compares what stood there before with what stands there now; undefined is for nothing. */
export function routeChange(before: PlanRoute | undefined, now: PlanRoute | undefined): RouteChange {
  const route = (now ?? before)?.id ?? '';
  if (before !== undefined && now !== undefined) {
    const fields = fieldNames.filter((field) => !equalPlain(readField[field](before), readField[field](now)));
    const says = fields.map((field) => `${field}: ${inWords(field, before)} → ${inWords(field, now)}`);
    return Object.freeze({
      route,
      change: 'changed',
      fields: Object.freeze(fields),
      says: cut(says.join('; ')),
    });
  }
  const one = now ?? before;
  const says = one === undefined ? '' : cut(`${one.match} → ${inWords('services', one)}`);
  return Object.freeze({ route, change: now === undefined ? 'removed' : 'added', fields: none, says });
}

const none: readonly never[] = Object.freeze([]);

const readField: Readonly<Record<RouteField, (route: PlanRoute) => unknown>> = Object.freeze({
  rule: ({ rule, match }) => ({ rule, match }),
  priority: ({ priority }) => priority,
  entryPoints: ({ entryPoints }) => entryPoints,
  tls: ({ tls }) => tls,
  middlewares: ({ middlewares }) => middlewares,
  services: ({ action }) => (action.kind === 'forward' ? action.targets : []),
  timeouts: ({ action }) => (action.kind === 'forward' ? (action.timeouts ?? null) : null),
  answer: ({ action }) => (action.kind === 'fail' ? action : null),
  parents: ({ under = [] }) => under,
  age: ({ createdAt }) => createdAt,
});

const fieldNames = Object.freeze(Object.keys(readField) as RouteField[]);

function inWords(field: RouteField, route: PlanRoute): string {
  const { action } = route;
  switch (field) {
    case 'rule':
      return route.match;
    case 'parents':
      return listed((route.under ?? []).map(({ id }) => id));
    case 'entryPoints':
    case 'middlewares':
      return listed(route[field]);
    case 'services':
      return action.kind === 'fail'
        ? `${action.status} ${action.reason}`
        : listed(
            action.targets.map(({ service, weight }) =>
              weight === 1 ? service : `${service} (weight ${weight})`,
            ),
          );
    case 'answer':
      return action.kind === 'fail' ? `${action.status} ${action.reason}` : 'forwarded';
    default:
      return JSON.stringify(readField[field](route));
  }
}

function listed(words: readonly string[]): string {
  return words.length === 0 ? 'none' : words.slice(0, 8).join(', ');
}

/** Two rules of 64 KiB must not be kept for as long as the history is. */
function cut(text: string): string {
  // A slice of a long text would keep all of it alive; this makes a text of its own.
  return text.length <= 300 ? text : Buffer.from(`${text.slice(0, 299)}…`).toString();
}
