import { Agent as HttpAgent } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent } from 'node:https';
import type { Material, TlsMaterial } from './credentials.ts';

/** With the kernel's probes after that, a peer that vanished is noticed in about half a minute. */
export const tcpKeepAliveMs = 15_000;

/** Enough for writes and pages side by side, and a bound on what one replica asks of the API server. */
const maxSockets = 16;

interface Agents {
  readonly tls: TlsMaterial;
  /** Keeps connections for the next request. */
  readonly requests: HttpAgent;
  /** One connection per stream. */
  readonly streams: HttpAgent;
}

/** What `http.request` must know of the server. */
export interface PoolHead {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
  readonly agent: HttpAgent;
}

/** The connections to one server; new ones are made as soon as certificate, key or CA change. */
export class SocketPool {
  readonly #server: URL;
  #agents: Agents | null = null;

  constructor(server: URL) {
    this.#server = server;
  }

  head({ tls }: Material, streaming: boolean): PoolHead {
    if (this.#agents?.tls !== tls) {
      this.close();
      this.#agents = this.#makeAgents(tls);
    }
    const { protocol, hostname, port } = this.#server;
    return {
      protocol,
      hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
      port,
      agent: streaming ? this.#agents.streams : this.#agents.requests,
    };
  }

  /** Closes what is idle. */
  close(): void {
    const idle = this.#agents?.requests.freeSockets ?? {};
    for (const socket of Object.values(idle).flatMap((sockets) => sockets ?? [])) socket.destroy();
    this.#agents = null;
  }

  #makeAgents(tls: TlsMaterial): Agents {
    const requests = { keepAlive: true, keepAliveMsecs: tcpKeepAliveMs, maxSockets, maxFreeSockets: 4 };
    if (this.#server.protocol === 'http:') {
      return { tls, requests: new HttpAgent(requests), streams: new HttpAgent() };
    }
    const options: AgentOptions = {
      rejectUnauthorized: tls.verify,
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls.key === undefined ? {} : { key: tls.key.reveal() }),
      ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    };
    return {
      tls,
      requests: new HttpsAgent({ ...options, ...requests }),
      streams: new HttpsAgent(options),
    };
  }
}
