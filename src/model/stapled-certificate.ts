import type { MaterialId } from './plan-tls.ts';
import type { SecretText } from './secret-text.ts';

/** A certificate that asks for a stapled status (RFC 7633). */
export interface StapledCertificate {
  readonly id: MaterialId;
  /** The certificate and its chain, in PEM. */
  readonly chain: SecretText;
}
