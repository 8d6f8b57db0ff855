import { nearestName } from '../model/nearest.ts';
import { type Decoded, decodeWhole, type UndecodedObject } from './decode.ts';
import { isRecord, quote } from './field-path.ts';
import type { Problem } from './schema-problem.ts';
import {
  type ServersTransportSpec,
  serversTransportEffects,
  serversTransportSpecSchema,
} from './servers-transport.ts';
import {
  cipherSuiteNames,
  isLaterVersion,
  openSslCipherSuite,
  type TlsVersionName,
  tlsVersionNames,
} from './tls-names.ts';

/** Decodes a ServersTransport. `value` is null where anything but a field without effect is wrong with it. Never throws. */
export function decodeServersTransport(object: UndecodedObject): Decoded<ServersTransportSpec> {
  const { spec } = object;
  const more = isRecord(spec) ? [...versionProblems(spec), ...cipherProblems(spec)] : [];
  return decodeWhole(object, serversTransportSpecSchema, serversTransportEffects, more);
}

type Fields = Readonly<Record<string, unknown>>;

/** Where only one end is said, the other is TLS 1.2 below and TLS 1.3 above; only a range that holds nothing is wrong. */
function versionProblems({ minVersion = 'VersionTLS12', maxVersion = 'VersionTLS13' }: Fields): Problem[] {
  if (!isVersion(minVersion) || !isVersion(maxVersion) || !isLaterVersion(minVersion, maxVersion)) return [];
  const message = `leaves no version: the lowest is ${minVersion}`;
  const hint = 'Say minVersion, too.';
  return [{ path: 'spec.maxVersion', code: 'InvalidValue', message, hint }];
}

function isVersion(value: unknown): value is TlsVersionName {
  return tlsVersionNames.some((name) => name === value);
}

function cipherProblems({ cipherSuites }: Fields): Problem[] {
  if (!Array.isArray(cipherSuites)) return [];
  return cipherSuites.flatMap((name: unknown, index): Problem[] => {
    if (typeof name !== 'string' || openSslCipherSuite(name) !== undefined) return [];
    const nearest = nearestName(name, cipherSuiteNames);
    const hint = nearest === null ? {} : { hint: `Did you mean "${nearest}"?` };
    const message = `${quote(name)} is no cipher suite that is known here`;
    return [{ path: `spec.cipherSuites[${index}]`, code: 'InvalidValue', message, ...hint }];
  });
}
