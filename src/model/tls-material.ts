import type { MaterialId } from './plan-tls.ts';

/** What a proxy thread needs of Secrets; it goes by messages of its own, so that no plan and no print of one holds a key. */
export type TlsMaterial =
  /** A certificate with its chain, and its private key, in PEM. */
  | { readonly id: MaterialId; readonly kind: 'pair'; readonly certificate: string; readonly key: string }
  /** Certificates of authorities in PEM. */
  | { readonly id: MaterialId; readonly kind: 'authorities'; readonly certificates: string };
