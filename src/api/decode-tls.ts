import { nearestName } from '../model/nearest.ts';
import { type Decoded, decodeWhole, type UndecodedObject } from './decode.ts';
import { isRecord, quote } from './field-path.ts';
import type { Problem } from './schema-problem.ts';
import {
  cipherSuiteNames,
  curveNames,
  isLaterVersion,
  openSslCipherSuite,
  openSslGroup,
  type TlsVersionName,
  tlsVersionNames,
} from './tls-names.ts';
import { type TlsOptionSpec, tlsOptionEffects, tlsOptionSpecSchema } from './tls-option.ts';
import { type TlsStoreSpec, tlsStoreEffects, tlsStoreSpecSchema } from './tls-store.ts';

/** Decodes a TLSOption. `value` is null where anything but a field without effect is wrong with it. Never throws. */
export function decodeTlsOption(object: UndecodedObject): Decoded<TlsOptionSpec> {
  const { spec } = object;
  const more = isRecord(spec)
    ? [...versionProblems(spec), ...nameProblems(spec), ...alpnProblems(spec), ...clientProblems(spec)]
    : [];
  return decodeWhole(object, tlsOptionSpecSchema, tlsOptionEffects, more);
}

/** Decodes a TLSStore in the same way. */
export function decodeTlsStore(object: UndecodedObject): Decoded<TlsStoreSpec> {
  return decodeWhole(object, tlsStoreSpecSchema, tlsStoreEffects);
}

type Fields = Readonly<Record<string, unknown>>;

/** Where only one end is said, the other is the usual one; only a range that holds nothing is wrong. */
function versionProblems({ minVersion = 'VersionTLS12', maxVersion = 'VersionTLS13' }: Fields): Problem[] {
  if (!isVersion(minVersion) || !isVersion(maxVersion) || !isLaterVersion(minVersion, maxVersion)) return [];
  const message = `leaves no version: the lowest is ${minVersion}`;
  return [{ path: 'spec.maxVersion', code: 'InvalidValue', message, hint: 'Say minVersion, too.' }];
}

function isVersion(value: unknown): value is TlsVersionName {
  return tlsVersionNames.some((name) => name === value);
}

function nameProblems({ cipherSuites, curvePreferences }: Fields): Problem[] {
  return [
    ...unknownNames('cipherSuites', cipherSuites, openSslCipherSuite, cipherSuiteNames),
    ...unknownNames('curvePreferences', curvePreferences, openSslGroup, curveNames),
  ];
}

function unknownNames(
  field: string,
  names: unknown,
  known: (name: string) => string | undefined,
  all: readonly string[],
): Problem[] {
  if (!Array.isArray(names)) return [];
  return names.flatMap((name: unknown, index): Problem[] => {
    if (typeof name !== 'string' || known(name) !== undefined) return [];
    const nearest = nearestName(name, all);
    const hint = nearest === null ? {} : { hint: `Did you mean "${nearest}"?` };
    const message = `${quote(name)} is not known here`;
    return [{ path: `spec.${field}[${index}]`, code: 'InvalidValue', message, ...hint }];
  });
}

/** Names of protocols are bytes; those that people write are visible characters (RFC 7301 section 6). */
function alpnProblems({ alpnProtocols }: Fields): Problem[] {
  if (!Array.isArray(alpnProtocols)) return [];
  return alpnProtocols.flatMap((name: unknown, index): Problem[] => {
    if (typeof name !== 'string' || /^[\x21-\x7e]{1,255}$/.test(name)) return [];
    const message = `${quote(name)} is no name of a protocol`;
    return [{ path: `spec.alpnProtocols[${index}]`, code: 'InvalidValue', message }];
  });
}

/** To verify takes authorities: those of the system would let in whoever has any certificate. */
function clientProblems({ clientAuth }: Fields): Problem[] {
  if (!isRecord(clientAuth)) return [];
  const { clientAuthType: type, secretNames } = clientAuth;
  const verifies = type === 'VerifyClientCertIfGiven' || type === 'RequireAndVerifyClientCert';
  if (!verifies || (Array.isArray(secretNames) && secretNames.length > 0)) return [];
  const message = `${type} needs authorities to hold certificates against, and names none`;
  const hint = 'Name a Secret with their certificates.';
  return [{ path: 'spec.clientAuth.secretNames', code: 'InvalidValue', message, hint }];
}
