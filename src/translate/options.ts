import type { EntryPoint } from '../model/settings.ts';

/** The settings that decide what objects mean. */
export interface TranslateOptions {
  /** Entry points that exist; a route that names none is served on all of them. */
  readonly entryPoints: readonly EntryPoint[];
  /** Name of our IngressClass. */
  readonly ingressClass: string;
  readonly allowCrossNamespace: boolean;
  readonly allowExternalNames: boolean;
  /** Where Fairlead itself runs: TLSOption and TLSStore `default` of it hold wherever no others do. Null where that is nowhere. */
  readonly ownNamespace?: string | null;
}
