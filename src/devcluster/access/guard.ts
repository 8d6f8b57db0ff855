import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { FaultSubject } from '../faults.ts';
import { unauthorized } from '../server/status.ts';
import type { Store } from '../storage/store.ts';
import { forbidden, isAllowed, type User } from './rbac.ts';

/** The group whose members may do everything. */
const mastersGroup = 'system:masters';

/** Who asks, and what they may do. */
export class Guard {
  readonly #store: Store;
  readonly #rbac: boolean;
  // Keyed by hash, so that looking one up takes the same time however much of it is right.
  readonly #users = new Map<string, User>();

  /** `token` is that of the administrator. With `rbac` everybody else may do only what roles in the store grant. */
  constructor(store: Store, options: { token: string; rbac: boolean }) {
    this.#store = store;
    this.#rbac = options.rbac;
    this.#users.set(hashOf(options.token), { name: 'admin', groups: [mastersGroup, 'system:authenticated'] });
  }

  /** A token that stands for a service account for as long as the server lives. */
  tokenFor(namespace: string, serviceAccount: string): string {
    const token = randomBytes(32).toString('base64url');
    this.#users.set(hashOf(token), {
      name: `system:serviceaccount:${namespace}:${serviceAccount}`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    });
    return token;
  }

  /**
   * Who sends a request: by its client certificate, else by its bearer token.
   *
   * @throws ApiError 401
   */
  authenticate(request: IncomingMessage): User {
    const byCertificate = userOf(request.socket as TLSSocket);
    if (byCertificate) return byCertificate;
    const token = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    const user = token === undefined ? undefined : this.#users.get(hashOf(token));
    if (user === undefined) throw unauthorized();
    return user;
  }

  /**
   * Lets a request pass, or not.
   *
   * @throws ApiError 403
   */
  authorize(user: User, subject: FaultSubject, isResource: boolean): void {
    if (!this.allows(user, subject, isResource)) throw forbidden(user, subject, isResource);
  }

  allows(user: User, subject: FaultSubject, isResource: boolean): boolean {
    if (!this.#rbac || user.groups.includes(mastersGroup)) return true;
    return isAllowed(this.#store, user, subject, isResource);
  }
}

function userOf(socket: TLSSocket): User | undefined {
  if (!socket.encrypted || !socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  if (!subject?.CN) return undefined;
  const organizations = subject.O === undefined ? [] : [subject.O].flat();
  const [name = ''] = [subject.CN].flat();
  return { name, groups: [...organizations, 'system:authenticated'] };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
