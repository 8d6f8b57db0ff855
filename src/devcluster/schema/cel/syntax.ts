/** A parsed CEL expression (https://github.com/google/cel-spec). `at` is the offset in the source, for messages. */
export type Node =
  | { readonly kind: 'literal'; readonly value: Literal }
  | { readonly kind: 'name'; readonly name: string; readonly at: number }
  | {
      readonly kind: 'select';
      readonly target: Node;
      readonly field: string;
      readonly optional: boolean;
      readonly at: number;
    }
  | { readonly kind: 'index'; readonly target: Node; readonly index: Node; readonly optional: boolean }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly target: Node | null;
      readonly args: readonly Node[];
      readonly at: number;
    }
  | { readonly kind: 'and' | 'or'; readonly args: readonly Node[] }
  | { readonly kind: 'choice'; readonly condition: Node; readonly then: Node; readonly otherwise: Node }
  | { readonly kind: 'list'; readonly items: readonly { readonly value: Node; readonly optional: boolean }[] }
  | {
      readonly kind: 'map';
      readonly entries: readonly { readonly key: Node; readonly value: Node; readonly optional: boolean }[];
    }
  | { readonly kind: 'has'; readonly target: Node; readonly field: string; readonly at: number }
  | { readonly kind: 'bind'; readonly name: string; readonly value: Node; readonly body: Node }
  | Comprehension;

/** A literal of the source. */
export type Literal = null | boolean | bigint | number | string | Uint8Array | { readonly uint: bigint };

/** The macros that run over a list or a map. */
export type Macro =
  | 'all'
  | 'exists'
  | 'exists_one'
  | 'existsOne'
  | 'filter'
  | 'map'
  | 'transformList'
  | 'transformMap';

/** `target.all(x, …)` and its relatives: one variable (the item or the key) or two (index and item, key and value). */
export interface Comprehension {
  readonly kind: 'comprehension';
  readonly macro: Macro;
  readonly target: Node;
  readonly names: readonly string[];
  readonly args: readonly Node[];
}

/** The source is no CEL. */
export class CelSyntaxError extends Error {
  /** Offset in the source. */
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** The value of an expression could not be found: a missing key, a wrong type, the budget spent. */
export class CelError extends Error {}

/** The budget is spent: nothing absorbs this one. */
export class CelBudgetError extends CelError {}
