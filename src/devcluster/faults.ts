/** Which requests or watch events a fault is for. What is left out fits everything. */
interface FaultMatch {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`. */
  readonly verb?: string;
  /** Plural, as in the path; `ingresses/status` for a subresource. */
  readonly resource?: string;
  readonly group?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** Path of a request that is about no resource, such as `/version`. */
  readonly path?: string;
}

/** What goes wrong. */
export type FaultAction =
  /** The connection is destroyed; in a watch, `midLine` sends half of the event first. */
  | { readonly kind: 'cut'; readonly midLine?: boolean }
  /** Nothing more is said, and the connection stays open. */
  | { readonly kind: 'stall' }
  /** A Status with this code instead of the answer; in a watch, an ERROR event, and the end. */
  | { readonly kind: 'answer'; readonly code: number; readonly retryAfterSeconds?: number }
  /** The answer, or each event, comes that much later. */
  | { readonly kind: 'slow'; readonly delayMs: number };

/** A fault to be injected. */
export interface FaultRule {
  readonly match?: FaultMatch;
  /** `request`: when a request arrives. `event`: when an open watch is about to send an event. */
  readonly on?: 'request' | 'event';
  /** Fits that are let through first; 0 unless given. */
  readonly skip?: number;
  /** How often it happens; for ever unless given. */
  readonly count?: number;
  readonly action: FaultAction;
}

/** A rule that is in force. */
export interface Fault {
  /** How often it happened. */
  readonly hits: number;
  /** Takes it back. What it did stays done: a stalled watch stays stalled. */
  remove(): void;
}

/** What is being asked, as faults are matched against. */
export interface FaultSubject {
  readonly verb: string;
  readonly resource: string;
  readonly group: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
}

interface Rule extends FaultRule {
  seen: number;
  hits: number;
}

/** Faults for tests: what real API servers and networks do now and then, on demand. */
export class Faults {
  readonly #rules = new Set<Rule>();
  readonly #cutAll: () => void;
  readonly #compact: () => void;

  constructor(actions: { cutAll: () => void; compact: () => void }) {
    this.#cutAll = actions.cutAll;
    this.#compact = actions.compact;
  }

  /** Puts a rule in force. The first rule that fits wins. */
  add(rule: FaultRule): Fault {
    const kept: Rule = { ...rule, seen: 0, hits: 0 };
    const rules = this.#rules;
    rules.add(kept);
    return {
      get hits() {
        return kept.hits;
      },
      remove: () => rules.delete(kept),
    };
  }

  /** Takes all rules back. */
  clear(): void {
    this.#rules.clear();
  }

  /** Destroys every open connection. */
  cutAll(): void {
    this.#cutAll();
  }

  /** Forgets the history: watches and continue tokens from before are too old (410) from now on. */
  compact(): void {
    this.#compact();
  }

  /** What shall go wrong now, if anything. Every call counts. */
  next(on: 'request' | 'event', subject: FaultSubject): FaultAction | undefined {
    for (const rule of this.#rules) {
      if ((rule.on ?? 'request') !== on || !fits(rule.match ?? {}, subject)) continue;
      rule.seen += 1;
      if (rule.seen <= (rule.skip ?? 0) || rule.hits >= (rule.count ?? Number.POSITIVE_INFINITY)) continue;
      rule.hits += 1;
      return rule.action;
    }
    return undefined;
  }
}

function fits(match: FaultMatch, subject: FaultSubject): boolean {
  const names = ['verb', 'resource', 'group', 'namespace', 'name', 'path'] as const;
  return names.every((name) => match[name] === undefined || match[name] === subject[name]);
}
