import type { FragmentBuilder } from './fragment.ts';
import type { Lookup } from './lookup.ts';
import type { MiddlewareReader } from './middleware-reader.ts';
import type { TranslateOptions } from './options.ts';
import type { ParentReader } from './parent-reader.ts';

/** What the translation of one object has at hand. */
export interface TranslateContext {
  readonly options: TranslateOptions;
  /** Names of all entry points, sorted. */
  readonly everywhere: readonly string[];
  readonly lookup: Lookup;
  readonly fragment: FragmentBuilder;
  readonly readMiddleware: MiddlewareReader;
  readonly readParent: ParentReader;
}
