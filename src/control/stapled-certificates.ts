import type { MaterialId } from '../model/plan-tls.ts';
import type { SecretText } from '../model/secret-text.ts';
import type { StapledCertificate } from '../model/stapled-certificate.ts';
import type { Material, UsedCertificate } from '../translate/material.ts';
import type { EntryChanges } from '../translate/shared-entries.ts';

/** Knows which of the certificates in use ask for a stapled status. */
export class StapledCertificates {
  /** How many Secrets hold each. */
  readonly #users = new Map<MaterialId, number>();
  readonly #chains = new Map<MaterialId, SecretText>();

  /** All of them where they are others than before; null where they are the same. */
  apply(
    materials: EntryChanges<Material>,
    certificates: EntryChanges<UsedCertificate>,
  ): readonly StapledCertificate[] | null {
    const before = [...this.#chains.keys()];
    for (const one of certificates.removed) this.#count(one, -1);
    for (const one of certificates.before) if (one !== undefined) this.#count(one, -1);
    for (const one of certificates.set) this.#count(one, 1);
    for (const { id, certificates: chain } of materials.set) {
      if (this.#users.has(id)) this.#chains.set(id, chain);
    }
    for (const id of this.#chains.keys()) if (!this.#users.has(id)) this.#chains.delete(id);
    const isSame = before.length === this.#chains.size && before.every((id) => this.#chains.has(id));
    return isSame ? null : [...this.#chains].map(([id, chain]) => ({ id, chain }));
  }

  #count({ material, mustStaple }: UsedCertificate, by: 1 | -1): void {
    if (!mustStaple) return;
    const users = (this.#users.get(material) ?? 0) + by;
    if (users === 0) this.#users.delete(material);
    else this.#users.set(material, users);
  }
}
