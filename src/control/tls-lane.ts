import { randomBytes } from 'node:crypto';
import type { Clock } from '../model/clock.ts';
import type { Log } from '../model/log.ts';
import { type MaterialId, selfSignedId } from '../model/plan-tls.ts';
import type { ToProxyThread } from '../model/thread-message.ts';
import type { TlsMaterial } from '../model/tls-material.ts';
import type { PlanChanges } from '../translate/assembly.ts';
import type { Material } from '../translate/material.ts';
import type { EntryChanges } from '../translate/shared-entries.ts';
import { selfSignedMaterial } from './self-signed.ts';

export interface TlsLaneOptions {
  /** Posts to every proxy thread that runs. */
  readonly post: (message: ToProxyThread) => void;
  readonly clock: Clock;
  readonly log: Log;
  /** Random bytes for secrets; the system's where it is absent. */
  readonly random?: (size: number) => Uint8Array;
}

/** A session that is resumed with keys of before this time makes a full handshake, so that none can be opened for ever. */
const seedLifetimeMs = 12 * 3600 * 1000;
const seedBytes = 32;

/**
 * Brings proxy threads what must not stand in a plan: certificates with their keys before the plan that names them, and the
 * secret that all of them make session tickets with. What no plan names any more is taken back when the plan without it is
 * live, because a plan takes several turns to get there.
 */
export class TlsLane {
  readonly #options: TlsLaneOptions;
  readonly #random: (size: number) => Uint8Array;
  readonly #materials = new Map<MaterialId, TlsMaterial>();
  /** Those that no plan names from a generation on. */
  readonly #leaving = new Map<MaterialId, number>();
  readonly #staples = new Map<MaterialId, Uint8Array>();
  #seed: Uint8Array;
  #cancelRotation: (() => void) | null = null;
  #hasToldOfDefault = false;

  constructor(options: TlsLaneOptions) {
    const { clock, random = randomBytes } = options;
    this.#options = options;
    this.#random = random;
    this.#seed = random(seedBytes);
    this.#materials.set(selfSignedId, selfSignedMaterial(clock.epochMs(), random));
  }

  /** Threads that run already get what those that start get. */
  start(): void {
    this.#scheduleRotation();
  }

  stop(): void {
    this.#cancelRotation?.();
    this.#cancelRotation = null;
  }

  /** What a thread that starts must have before its first plan. */
  catchUp(): readonly ToProxyThread[] {
    const messages: ToProxyThread[] = [
      { kind: 'ticketSeed', seed: this.#seed },
      { kind: 'tlsMaterial', set: [...this.#materials.values()], removed: [] },
    ];
    const staples = [...this.#staples].map(([id, staple]) => ({ id, staple }));
    return staples.length === 0 ? messages : [...messages, { kind: 'ocspStaples', set: staples }];
  }

  /** To be called before the plan of `generation`, which has `plan` as its changes, is posted. */
  bring(materials: EntryChanges<Material>, plan: PlanChanges, generation: number): void {
    const set = materials.set.map(revealed);
    for (const one of set) {
      this.#leaving.delete(one.id);
      this.#materials.set(one.id, one);
    }
    for (const { id } of materials.removed) this.#leaving.set(id, generation);
    if (set.length > 0) this.#options.post({ kind: 'tlsMaterial', set, removed: [] });
    this.#tellOfDefault(plan);
  }

  /** What is sent along with a certificate from now on; null where there is nothing any more. */
  staple(id: MaterialId, staple: Uint8Array | null): void {
    if (staple === null) this.#staples.delete(id);
    else this.#staples.set(id, staple);
    this.#options.post({ kind: 'ocspStaples', set: [{ id, staple }] });
  }

  /** Takes back what no plan since a generation names, now that all threads serve this one. */
  live(generation: number): void {
    const removed = [...this.#leaving].filter(([, since]) => since <= generation).map(([id]) => id);
    if (removed.length === 0) return;
    for (const id of removed) {
      this.#leaving.delete(id);
      this.#materials.delete(id);
      this.#staples.delete(id);
    }
    this.#options.post({ kind: 'tlsMaterial', set: [], removed });
  }

  #scheduleRotation(): void {
    this.#cancelRotation = this.#options.clock.after(seedLifetimeMs, () => {
      this.#seed = this.#random(seedBytes);
      this.#options.post({ kind: 'ticketSeed', seed: this.#seed });
      this.#scheduleRotation();
    });
  }

  #tellOfDefault({ tlsHosts }: PlanChanges): void {
    if (this.#hasToldOfDefault) return;
    const borrower = tlsHosts?.set.find(({ certificates }) => certificates.includes(selfSignedId));
    if (borrower === undefined) return;
    this.#hasToldOfDefault = true;
    this.#options.log.warn(
      { host: borrower.host },
      'no certificate is named for a host: handshakes get one that Fairlead has signed itself, which clients do not trust',
    );
  }
}

/** In the form that goes to proxy threads, and nowhere else. */
function revealed({ id, kind, certificates, key }: Material): TlsMaterial {
  return kind === 'pair' && key !== null
    ? { id, kind, certificate: certificates.reveal(), key: key.reveal() }
    : { id, kind: 'authorities', certificates: certificates.reveal() };
}
