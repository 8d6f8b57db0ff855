import type { Certificate } from '../machine/certificate.ts';
import type { Program, Programs } from '../machine/programs.ts';

/**
 * What a proxy is spoken to with: HTTP/1.1 or HTTP/2 in clear text, TLS with either by ALPN, or TLS that it hands on as it is, to
 * where its SNI says.
 */
export type ClientProtocol = 'http' | 'h2c' | 'tls' | 'passthrough';

/** What a proxy speaks to the origin: HTTP/1.1 or HTTP/2, in clear text. Of TLS that is handed on it says nothing. */
export type UpstreamProtocol = 'http' | 'h2c';

/** What a proxy is started with. */
export interface Setup {
  readonly programs: Programs;
  /** A folder of its own for its configuration; removed with everything in it. */
  readonly folder: string;
  /** Where it has to listen, on 127.0.0.1. */
  readonly port: number;
  /** Port of the origin on 127.0.0.1, which everything goes to. */
  readonly origin: number;
  /** The Host and the SNI of all requests, for those that route by it. */
  readonly host: string;
  readonly client: ClientProtocol;
  readonly upstream: UpstreamProtocol;
  /** For TLS that ends at the proxy; null where there can be none. */
  readonly certificate: Certificate | null;
  /** Proxy threads, or processes. */
  readonly threads: number;
  readonly cores: readonly number[];
  /** Words for Node.js itself, where it runs the proxy. */
  readonly nodeOptions: readonly string[];
}

/** A proxy to be measured. All are told the same: kept connections on both sides, `X-Forwarded-*`, no access log. */
export interface Peer {
  readonly name: string;
  /** The cases in which it takes part; all where absent. */
  readonly cases?: readonly string[];
  /** What it can be spoken to with here. */
  readonly clients: readonly ClientProtocol[];
  readonly mostThreads: number;
  /** Whether it can be measured here, and which version it is. */
  find(): Found;
  start(setup: Setup): Promise<StartedPeer>;
}

export type Found =
  | { readonly ok: true; readonly version: string }
  | { readonly ok: false; readonly reason: string };

export interface StartedPeer {
  /** What is measured: the process and all that it starts. */
  readonly program: Program;
  end(): Promise<void>;
}
