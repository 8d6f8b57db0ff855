import { nearestName } from '../../model/nearest.ts';
import type { Token } from './lexer.ts';
import { shorten } from './matcher-values.ts';
import { RuleFault } from './rule-fault.ts';

/** A matcher of a grammar, which makes trees of the type `Tree`. */
export interface Matcher<Tree> {
  /** The form to show where the number of values is wrong. */
  readonly form: string;
  /** The least and the largest number of values. */
  readonly arity: readonly [least: number, most: number];
  /** @throws RuleFault */
  readonly build: (first: Token, second: Token | undefined) => Tree;
}

/** The matchers of a grammar, by name. */
export interface MatcherTable<Tree> {
  readonly matchers: Readonly<Record<string, Matcher<Tree>>>;
  /** What to say of a name that people know from elsewhere; null for a name without such a hint. */
  readonly hintFor: (name: string) => string | null;
  /** Every accepted spelling, and the name it stands for. */
  readonly spellings: ReadonlyMap<string, string>;
}

/** A table whose matchers may be written as they are, lower, upper and title case, as Traefik v3 takes them. */
export function matcherTable<Tree>(
  matchers: Readonly<Record<string, Matcher<Tree>>>,
  hintFor: (name: string) => string | null,
): MatcherTable<Tree> {
  const spellings = new Map(
    Object.keys(matchers).flatMap((name) =>
      [name, name.toLowerCase(), name.toUpperCase(), titleCase(name)].map(
        (spelling) => [spelling, name] as const,
      ),
    ),
  );
  return Object.freeze({ matchers, hintFor, spellings });
}

function titleCase(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1).toLowerCase();
}

/**
 * Says which matcher a name stands for.
 *
 * @throws RuleFault where there is none of that name.
 */
export function matcherNamed<Tree>(table: MatcherTable<Tree>, name: Token): Matcher<Tree> {
  const known = table.spellings.get(name.value);
  const matcher = known === undefined ? undefined : table.matchers[known];
  if (matcher !== undefined) return matcher;
  throw new RuleFault(name.position, `unknown matcher ${shorten(name.value)}`, hintOn(table, name.value));
}

function hintOn<Tree>({ matchers, hintFor }: MatcherTable<Tree>, name: string): string {
  const hint = hintFor(name);
  if (hint !== null) return hint;
  const names = Object.keys(matchers);
  const nearest = nearestName(name, names);
  return nearest === null ? `matchers are ${names.join(', ')}` : `did you mean ${nearest}?`;
}

/**
 * Makes the tree of a matcher and its values.
 *
 * @throws RuleFault where their number or one of them is wrong.
 */
export function buildTerm<Tree>(matcher: Matcher<Tree>, name: Token, values: readonly Token[]): Tree {
  const [least, most] = matcher.arity;
  const [first, second] = values;
  if (first === undefined || values.length < least || values.length > most) {
    const expected = `${least === most ? least : `${least} or ${most}`} ${most === 1 ? 'value' : 'values'}`;
    throw new RuleFault(
      name.position,
      `${name.value} takes ${expected}, found ${values.length}`,
      values.length > most && most === 1
        ? `combine several with ||: ${matcher.form} || …`
        : `write ${matcher.form}`,
    );
  }
  const empty = values.find((value) => value.value === '');
  if (empty !== undefined) throw new RuleFault(empty.position, `a value of ${name.value} must not be empty`);
  return matcher.build(first, second);
}
