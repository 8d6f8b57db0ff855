import type { SecretText } from '../model/secret-text.ts';

/** Where the API server is and how we prove who we are. Made by `in-cluster.ts` and `kubeconfig.ts`. */
export interface Credentials {
  /** `http:` or `https:`; its path, if any, comes before every request's path. */
  readonly server: URL;
  /** The namespace that the source names as its own; null where it names none. */
  readonly namespace: string | null;
  /**
   * What to use now. `fresh` asks to read the source anew, as after a 401; without it the answer may be up to a minute
   * old. Rejects only where there has never been any; the message is one sentence.
   */
  material(fresh: boolean): Promise<Material>;
}

export interface Material {
  /** The value of the header Authorization; null sends none. */
  readonly authorization: SecretText | null;
  /** Keeps its identity while it stays the same, so that connections can be kept. */
  readonly tls: TlsMaterial;
}

/** As `tls.connect` takes them; absent ones are left to Node.js. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: SecretText;
  readonly serverName?: string;
  /** False switches off all checks of the server's certificate (kubeconfig `insecure-skip-tls-verify`). */
  readonly verify: boolean;
}

/** Credentials, or one sentence that says why there are none. */
export type CredentialsResult =
  | { readonly ok: true; readonly credentials: Credentials }
  | { readonly ok: false; readonly problem: string };

/** A source of credentials can be read again at most this often, but for a 401. */
export const materialMaxAgeMs = 60_000;

/** The one of the two that was there first, if they say the same. */
export function keepTlsIdentity(before: TlsMaterial | null, now: TlsMaterial): TlsMaterial {
  if (before === null) return Object.freeze(now);
  const same =
    before.ca === now.ca &&
    before.cert === now.cert &&
    before.key?.reveal() === now.key?.reveal() &&
    before.serverName === now.serverName &&
    before.verify === now.verify;
  return same ? before : Object.freeze(now);
}

/** Says in a few words why something failed, without a stack. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'this user may not read it';
  return error.message;
}
