import type { ObjectReference } from '../model/object-reference.ts';
import type { MaterialId } from '../model/plan-tls.ts';
import type { SecretText } from '../model/secret-text.ts';

/** What a plan names by an id and proxy threads get by messages of their own. */
export interface Material {
  readonly id: MaterialId;
  readonly kind: 'pair' | 'authorities';
  /** Of a pair the certificate with its chain, else those of the authorities, in PEM. */
  readonly certificates: SecretText;
  /** Null for authorities. */
  readonly key: SecretText | null;
}

/** A certificate of a Secret that is in use. */
export interface UsedCertificate {
  readonly secret: ObjectReference;
  readonly material: MaterialId;
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** The certificate asks for a stapled status (RFC 7633). */
  readonly mustStaple: boolean;
}
