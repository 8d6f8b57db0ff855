import { constants } from 'node:crypto';
import { isIP } from 'node:net';
import {
  type ConnectionOptions,
  createSecureContext,
  DEFAULT_CIPHERS,
  type SecureContextOptions,
} from 'node:tls';
import type { PlanTransport } from '../../model/plan-transport.ts';
import type { KeyPairs } from './key-pairs.ts';
import { identityCheck } from './upstream-identity.ts';

/** Certificates and keys by id, as far as this thread has been sent them. */
export type UpstreamMaterial = Pick<KeyPairs, 'pair' | 'authorities'>;

/** What handshakes with the endpoints of one service need, beyond the address. */
export type UpstreamTlsOptions = Pick<
  ConnectionOptions,
  'secureContext' | 'servername' | 'rejectUnauthorized' | 'checkServerIdentity' | 'ALPNProtocols'
>;

/**
 * The engine of a transport's handshakes, made when the first one needs it. Sessions are never resumed: one is good for the name
 * that its certificate was held against, and for nothing else.
 */
export class UpstreamTls {
  readonly #plan: PlanTransport;
  readonly #material: UpstreamMaterial;
  #secureContext: ConnectionOptions['secureContext'];

  constructor(plan: PlanTransport, material: UpstreamMaterial) {
    this.#plan = plan;
    this.#material = material;
  }

  /**
   * How to connect to an upstream. Null where material is missing.
   *
   * @param host what the upstream is named where the transport does not say it
   * @param alpn protocols to offer, the preferred first; none where the list is empty
   * @throws where the engine refuses the settings
   */
  optionsFor(host: string, alpn: readonly string[]): UpstreamTlsOptions | null {
    const { insecureSkipVerify, peerNames } = this.#plan;
    const secureContext = this.#contextOf();
    if (secureContext === null) return null;
    const serverName = (this.#plan.serverName ?? host).toLowerCase().replace(/\.$/, '');
    return {
      secureContext,
      // A handshake names hosts only (RFC 6066 section 3).
      servername: isIP(serverName) === 0 ? serverName : '',
      // Names that must be there are worth nothing in a certificate that anybody may have made.
      rejectUnauthorized: !insecureSkipVerify || peerNames.length > 0,
      checkServerIdentity: identityCheck(serverName, peerNames),
      ...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
    };
  }

  #contextOf(): NonNullable<ConnectionOptions['secureContext']> | null {
    if (this.#secureContext !== undefined) return this.#secureContext;
    const options = contextOptions(this.#plan, this.#material);
    if (options === null) return null;
    this.#secureContext = createSecureContext(options);
    return this.#secureContext;
  }
}

/** Always on offer with TLS 1.3: OpenSSL drops a version whose suites a list leaves out. */
const suitesOfTls13 = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256';

function contextOptions(plan: PlanTransport, material: UpstreamMaterial): SecureContextOptions | null {
  const { authorities, clientCertificates, minVersion, maxVersion, cipherSuites } = plan;
  const believed = authorities === null ? [] : authorities.map((id) => material.authorities(id));
  const pairs = clientCertificates.map((id) => material.pair(id));
  const ca = believed.filter((one) => one !== null);
  const shown = pairs.filter((one) => one !== null);
  if (ca.length < believed.length || shown.length < pairs.length) return null;
  const suites = cipherSuites.length === 0 ? DEFAULT_CIPHERS : `${suitesOfTls13}:${cipherSuites.join(':')}`;
  const isOld = minVersion === 'TLSv1' || minVersion === 'TLSv1.1';
  return {
    ...(authorities === null ? {} : { ca: ca.flat() }),
    ...(shown.length === 0
      ? {}
      : { cert: shown.map(({ certificate }) => certificate), key: shown.map(({ key }) => key) }),
    minVersion: minVersion ?? 'TLSv1.2',
    maxVersion: maxVersion ?? 'TLSv1.3',
    // Versions below 1.2 need signatures that OpenSSL does not make at its usual level of security.
    ciphers: isOld ? `${suites}:@SECLEVEL=0` : suites,
    // A handshake in the middle could change the certificate that has been looked at.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_TICKET,
  };
}
