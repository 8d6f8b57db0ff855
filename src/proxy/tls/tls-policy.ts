import type { Server, TLSSocket } from 'node:tls';
import type { ClientAuthMode } from '../../model/plan-tls.ts';
import type { KeyPair } from './key-pairs.ts';

/** How one handshake after the other is made: settings and certificates, and the engine that has them. */
export interface TlsPolicy {
  /** Never listens; it is handed sockets. */
  readonly server: Server;
  readonly mode: ClientAuthMode;
  readonly pairs: readonly KeyPair[];
  /** The ids of the certificates, joined: the same for the same ones. */
  readonly certificates: string;
  /** See `LiveOptions`. */
  readonly access: string;
}

/** What a connection was made with, for the requests on it. */
export interface ConnectionTls {
  /** What the client named in its handshake, as in `ClientHello`. */
  readonly serverName: string | null;
  readonly policy: TlsPolicy;
}

/**
 * Whether a client whose handshake is done may go on, as far as `node:tls` has not seen to it: it refuses only where everything is
 * asked for.
 */
export function isClientAccepted(mode: ClientAuthMode, socket: TLSSocket): boolean {
  switch (mode) {
    case 'NoClientCert':
    case 'RequestClientCert':
      return true;
    case 'RequireAnyClientCert':
      return socket.getPeerX509Certificate() !== undefined;
    case 'VerifyClientCertIfGiven':
      return socket.authorized || socket.getPeerX509Certificate() === undefined;
    case 'RequireAndVerifyClientCert':
      return socket.authorized;
  }
}
