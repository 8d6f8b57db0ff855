import type { Secret } from '../api/secret.ts';
import type { ClusterView } from '../model/cluster.ts';
import type { ObjectReference } from '../model/object-reference.ts';
import { judgeAuthorities, judgePair, type MaterialProblem, type Pair } from './certificate.ts';
import { type ReadKey, readKeyOf } from './lookup.ts';
import type { Material } from './material.ts';

/** What a Secret comes to. Both are there where it is bad and was good before. */
export interface ReadSecret<Value> {
  readonly value: Value | null;
  readonly problem: MaterialProblem | null;
}

interface Remembered<Value> {
  readonly uid: string | undefined;
  readonly value: Value;
}

/**
 * Reads each version of a Secret once, however many objects name it, and goes on with the last good one while a new version
 * of the same Secret cannot be used. This is the one thing in translation that depends on what was before: a certificate that
 * is being exchanged must not end a service half-way.
 */
export class SecretReader {
  readonly #pairs = new Keeper<Pair>(({ tls }) => judgePair(tls.certificate, tls.key));
  readonly #authorities = new Keeper<Material>(({ tls }) => judgeAuthorities(tls.authorities));

  /** The certificate and key of a Secret. */
  pair(secret: Secret): ReadSecret<Pair> {
    return this.#pairs.read(secret);
  }

  /** The certificates of authorities in a Secret or ConfigMap. */
  authorities(secret: Pick<Secret, 'kind' | 'metadata' | 'tls'>): ReadSecret<Material> {
    return this.#authorities.read(secret as Secret);
  }

  /** Forgets those of `changed` that are gone: a Secret that is made anew is another one. */
  prune(view: ClusterView, changed: readonly ObjectReference[]): void {
    for (const { kind, namespace, name } of changed) {
      if (kind !== 'Secret' && kind !== 'ConfigMap') continue;
      if (view.get(kind, namespace, name) !== undefined) continue;
      const key = readKeyOf(kind, namespace, name);
      this.#pairs.forget(key);
      this.#authorities.forget(key);
    }
  }
}

class Keeper<Value extends object> {
  readonly #judge: (secret: Secret) => Value | MaterialProblem;
  readonly #read = new WeakMap<Secret, ReadSecret<Value>>();
  readonly #good = new Map<ReadKey, Remembered<Value>>();

  constructor(judge: (secret: Secret) => Value | MaterialProblem) {
    this.#judge = judge;
  }

  read(secret: Secret): ReadSecret<Value> {
    const known = this.#read.get(secret);
    if (known !== undefined) return known;
    const { kind, metadata } = secret;
    const { uid, name, namespace = '' } = metadata;
    const key = readKeyOf(kind, namespace, name);
    const judged = this.#judge(secret);
    const before = this.#good.get(key);
    let read: ReadSecret<Value>;
    if (isProblem(judged)) {
      const isSame = before !== undefined && uid !== undefined && before.uid === uid;
      read = Object.freeze({ value: isSame ? before.value : null, problem: judged });
    } else {
      read = Object.freeze({ value: judged, problem: null });
      this.#good.set(key, { uid, value: judged });
    }
    this.#read.set(secret, read);
    return read;
  }

  forget(key: ReadKey): void {
    this.#good.delete(key);
  }
}

function isProblem(judged: object): judged is MaterialProblem {
  return 'message' in judged;
}
