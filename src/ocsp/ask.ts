import { lookup } from 'node:dns';
import { request } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';

/** No answer of a responder is longer. */
const mostBytes = 65_536;
const timeoutMs = 10_000;

/**
 * Addresses that no responder of a public authority has. A certificate is written by whoever may write the Secret, and must not
 * make the controller talk to what only the controller reaches.
 */
function privateAddresses(): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['224.0.0.0', 3],
  ] as const)
    list.addSubnet(net, prefix, 'ipv4');
  for (const [net, prefix] of [
    ['::', 96],
    ['::ffff:0:0', 96],
    ['64:ff9b::', 96],
    ['fc00::', 7],
    ['fe80::', 10],
    ['ff00::', 8],
  ] as const)
    list.addSubnet(net, prefix, 'ipv6');
  return list;
}

/** Posts a question to a responder and resolves with its answer; rejects with an Error whose message is fit for a log. */
export function askResponder(url: string, body: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  const refused = privateAddresses();
  const isRefused = (address: string): boolean => refused.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  return new Promise((resolve, reject) => {
    const { hostname } = new URL(url);
    const literal = hostname.replace(/^\[|\]$/g, '');
    if (/^[\d.]+$|:/.test(literal) && isRefused(literal)) {
      reject(new Error('the responder is at a private address'));
      return;
    }
    const post = request(
      url,
      {
        method: 'POST',
        headers: { 'content-type': 'application/ocsp-request', 'content-length': body.length },
        agent: false,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        lookup: (host, options, callback) => {
          lookup(host, { ...options, all: true }, (error, found) => {
            const [first] = found ?? [];
            if (error !== null || first === undefined) callback(error ?? new Error('no address'), '', 0);
            else if (found.some(({ address }) => isRefused(address)))
              callback(new Error('the responder is at a private address'), '', 0);
            else if (options.all === true) callback(null, found);
            else callback(null, first.address, first.family);
          });
        },
      },
      (answer) => {
        if (answer.statusCode !== 200) {
          answer.destroy();
          reject(new Error(`the responder answered ${answer.statusCode}`));
          return;
        }
        const parts: Buffer[] = [];
        let length = 0;
        answer.on('data', (part: Buffer) => {
          length += part.length;
          if (length > mostBytes) answer.destroy(new Error('the answer is too long'));
          else parts.push(part);
        });
        answer.on('end', () => resolve(new Uint8Array(Buffer.concat(parts))));
        answer.on('error', reject);
      },
    );
    post.on('error', reject);
    post.end(body);
  });
}
