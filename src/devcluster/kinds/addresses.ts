import { BlockList, isIP } from 'node:net';

/** Says what keeps an address from being an endpoint: nothing if all is well. */
export type EndpointAddressCheck = (address: string) => string[];

/**
 * What Kubernetes does not accept as an endpoint (ValidateEndpointIP): addresses that mean another machine on every machine,
 * or none.
 *
 * @param allowLoopback leaves 127.0.0.0/8 and ::1 alone
 */
export function endpointAddressCheck(allowLoopback: boolean): EndpointAddressCheck {
  const refused = [
    {
      block: blocks(['169.254.0.0', 16], ['fe80::', 10]),
      name: 'link-local range (169.254.0.0/16, fe80::/10)',
    },
    {
      block: blocks(['224.0.0.0', 24], ['ff02::', 16]),
      name: 'link-local multicast range (224.0.0.0/24, ff02::/10)',
    },
  ];
  if (!allowLoopback) {
    refused.unshift({
      block: blocks(['127.0.0.0', 8], ['::1', 128]),
      name: 'loopback range (127.0.0.0/8, ::1/128)',
    });
  }
  return (address) => {
    if (address === '0.0.0.0' || address === '::') return [`may not be unspecified (${address})`];
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const found = refused.find(({ block }) => block.check(address, family));
    return found ? [`may not be in the ${found.name}`] : [];
  };
}

function blocks(four: readonly [string, number], six: readonly [string, number]): BlockList {
  const list = new BlockList();
  list.addSubnet(...four, 'ipv4');
  list.addSubnet(...six, 'ipv6');
  return list;
}
