import type { Clock } from '../model/clock.ts';
import { type Diagnostic, diagnostic } from '../model/diagnostic.ts';
import { formatReference } from '../model/object-reference.ts';
import type { UsedCertificate } from '../translate/material.ts';
import type { EntryChanges } from '../translate/shared-entries.ts';
import type { DiagnosticChanges } from './diagnostic-book.ts';

/** When a certificate of a Secret ends, for metrics. */
export interface CertificateEnd {
  /** `NAMESPACE/NAME` */
  readonly secret: string;
  /** Since the epoch. */
  readonly notAfterSeconds: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Long enough for people to do something about it, and shorter than the last third of a certificate of 90 days. */
const warnBeforeMs = 14 * dayMs;

interface Watched {
  readonly certificate: UsedCertificate;
  readonly problem: Diagnostic | null;
}

/**
 * Holds the certificates in use against the time: from 14 days before one ends it is a problem of its Secret, whose message
 * changes once a day, and so is one that has ended or has not begun. Such a certificate is served all the same: what a
 * client makes of it is the client's to say.
 */
export class CertificateWatch {
  readonly #clock: Clock;
  readonly #onDiagnostics: (changes: DiagnosticChanges) => void;
  readonly #watched = new Map<string, Watched>();
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, onDiagnostics: (changes: DiagnosticChanges) => void) {
    this.#clock = clock;
    this.#onDiagnostics = onDiagnostics;
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  apply({ set, removed }: EntryChanges<UsedCertificate>): void {
    if (set.length + removed.length === 0) return;
    const appeared: Diagnostic[] = [];
    const gone: Diagnostic[] = [];
    for (const { secret } of removed) {
      const key = formatReference(secret);
      const problem = this.#watched.get(key)?.problem ?? null;
      if (problem !== null) gone.push(problem);
      this.#watched.delete(key);
    }
    for (const certificate of set) this.#judge(certificate, appeared, gone);
    this.#tell(appeared, gone);
    this.#schedule();
  }

  /** In no order. */
  ends(): readonly CertificateEnd[] {
    return [...this.#watched.values()].map(({ certificate: { secret, notAfterMs } }) => ({
      secret: `${secret.namespace}/${secret.name}`,
      notAfterSeconds: Math.floor(notAfterMs / 1000),
    }));
  }

  #judge(certificate: UsedCertificate, appeared: Diagnostic[], gone: Diagnostic[]): void {
    const key = formatReference(certificate.secret);
    const before = this.#watched.get(key)?.problem ?? null;
    const now = problemOf(certificate, this.#clock.epochMs());
    if (before?.code === now?.code && before?.message === now?.message) {
      this.#watched.set(key, { certificate, problem: before });
      return;
    }
    if (before !== null) gone.push(before);
    if (now !== null) appeared.push(now);
    this.#watched.set(key, { certificate, problem: now });
  }

  /** Once an hour: a clock that is put right, or a machine that slept, is noticed without more ado. */
  #schedule(): void {
    if (this.#cancel !== null || this.#watched.size === 0) return;
    this.#cancel = this.#clock.after(hourMs, () => {
      this.#cancel = null;
      const appeared: Diagnostic[] = [];
      const gone: Diagnostic[] = [];
      for (const { certificate } of this.#watched.values()) this.#judge(certificate, appeared, gone);
      this.#tell(appeared, gone);
      this.#schedule();
    });
  }

  #tell(appeared: readonly Diagnostic[], gone: readonly Diagnostic[]): void {
    if (appeared.length + gone.length > 0) this.#onDiagnostics({ appeared, gone });
  }
}

const path = 'data["tls.crt"]';
const hint = 'Renew the certificate.';

function problemOf({ secret, notBeforeMs, notAfterMs }: UsedCertificate, nowMs: number): Diagnostic | null {
  if (notAfterMs < nowMs) {
    const message = `the certificate expired at ${timeOf(notAfterMs)}`;
    return diagnostic(secret, path, 'CertificateExpired', message, hint);
  }
  if (notBeforeMs > nowMs) {
    const message = `the certificate is not valid before ${timeOf(notBeforeMs)}`;
    return diagnostic(secret, path, 'CertificateExpired', message, 'Wait, or look after the clocks.');
  }
  if (notAfterMs - nowMs > warnBeforeMs) return null;
  const days = Math.floor((notAfterMs - nowMs) / dayMs);
  const left = days === 0 ? 'less than a day' : `${days} day${days === 1 ? '' : 's'}`;
  const message = `the certificate ends in ${left}, at ${timeOf(notAfterMs)}`;
  return diagnostic(secret, path, 'CertificateExpiring', message, hint);
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
