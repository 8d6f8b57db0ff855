import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { PlanTransport } from '../../model/plan-transport.ts';

/** Says what is wrong with the certificate of an upstream whose chain is good; undefined where nothing is. */
export type IdentityCheck = (host: string, certificate: PeerCertificate) => Error | undefined;

/**
 * Holds a certificate against the names that a transport lists, or else against the one name that the upstream has to have, which
 * must stand in subjectAltName: a common name is none (RFC 9525 section 2). Nothing is compared but whole names of ASCII.
 */
export function identityCheck(serverName: string, peerNames: PlanTransport['peerNames']): IdentityCheck {
  if (peerNames.length > 0) {
    const wanted = new Set(peerNames.map(({ type, value }) => keyOf(type, value)));
    return (_host, { subjectaltname }) =>
      alternativeNames(subjectaltname).some((name) => wanted.has(name))
        ? undefined
        : new Error(`no name of the certificate is among those of the transport: ${subjectaltname ?? ''}`);
  }
  return (_host, certificate) => {
    if (!plainName.test(serverName)) return new Error('the name of the upstream is no host name');
    return checkServerIdentity(serverName, { ...certificate, subject: noSubject });
  };
}

const plainName = /^[\x21-\x7e]+$/;
const noSubject = Object.freeze({}) as PeerCertificate['subject'];

function keyOf(type: 'DNSName' | 'URI', value: string): string {
  return type === 'DNSName' ? `DNS:${value.toLowerCase().replace(/\.$/, '')}` : `URI:${value}`;
}

/** One name: a type, and a value that is quoted as JSON where it holds anything that could be mistaken. */
const alternativeName = /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)/y;

/** The DNS names and URIs in the text that Node.js makes of subjectAltName; none of a text that cannot be read to its end. */
function alternativeNames(text = ''): readonly string[] {
  const names: string[] = [];
  let at = 0;
  while (at < text.length) {
    alternativeName.lastIndex = at;
    const found = alternativeName.exec(text);
    if (found === null) return [];
    const [whole, type = '', value = ''] = found;
    at += whole.length;
    // What is quoted holds bytes that no name that is asked for has: a NUL, a comma, a quote.
    if (value.startsWith('"')) continue;
    if (type === 'DNS') names.push(keyOf('DNSName', value));
    else if (type === 'URI') names.push(keyOf('URI', value));
  }
  return names;
}
