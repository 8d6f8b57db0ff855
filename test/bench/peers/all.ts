import { caddy } from './caddy.ts';
import { fairlead, fairleadAccessLog } from './fairlead.ts';
import { haproxy } from './haproxy.ts';
import { httpProxy } from './http-proxy.ts';
import { nginx } from './nginx.ts';
import type { Peer } from './peer.ts';
import { traefik } from './traefik.ts';

/** All proxies that can be measured, in the order in which they take turns. */
export const peers: readonly Peer[] = [
  nginx,
  fairlead,
  fairleadAccessLog,
  haproxy,
  caddy,
  traefik,
  httpProxy,
];
