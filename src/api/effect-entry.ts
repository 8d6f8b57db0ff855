/** What a field does in this version. */
export type Effect =
  | { readonly kind: 'now' }
  /** Understood, and serving without it is right though not what was asked: FieldWithoutEffect. */
  | (NoEffect & { readonly kind: 'none' })
  /** Serving without it would be unsafe or give other answers than asked for: NotSupported. */
  | (NoEffect & { readonly kind: 'notSupported' });

export interface NoEffect {
  /** What is lost, as it goes on from the field: `has no effect: …`. */
  readonly because: string;
  readonly hint?: string;
  /** Values that ask for nothing beyond what is done anyway. False and the empty list never do. */
  readonly harmless?: readonly unknown[];
  /** Values of a field without effect that are not supported, because serving without them would be wrong. */
  readonly wrongWithout?: readonly unknown[];
  /** A field beside it that makes it work when it is true. */
  readonly worksWith?: string;
}

/**
 * By field path in `spec`, entries of lists written as `[]`. An entry stands for all below it, except that below one that
 * works now every field has an entry of its own: a field that is added to a schema cannot be forgotten here.
 */
export type EffectTable = Readonly<Record<string, Effect>>;

type More = Omit<NoEffect, 'because'>;

/** A field that works. */
export const now: Effect = Object.freeze({ kind: 'now' });

/** A field that is understood and safe to leave out, but does nothing yet. */
export function without(because: string, more: More = {}): Effect {
  return Object.freeze({ kind: 'none', because, ...more });
}

/** A field without which serving would be wrong. */
export function notSupported(because: string, more: More = {}): Effect {
  return Object.freeze({ kind: 'notSupported', because, ...more });
}
