import type { Decoded } from '../api/decode.ts';
import type { ServersTransportSpec } from '../api/servers-transport.ts';
import type { TlsOptionSpec } from '../api/tls-option.ts';
import type { TlsStoreSpec } from '../api/tls-store.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { FragmentBuilder } from './fragment.ts';
import type { Lookup } from './lookup.ts';
import type { MiddlewareReader } from './middleware-reader.ts';
import type { ReadMiddlewareTcp } from './middleware-tcp-reader.ts';
import type { TranslateOptions } from './options.ts';
import type { ParentReader } from './parent-reader.ts';
import type { SecretReader } from './secret-reader.ts';

/** What the translation of one object has at hand. */
export interface TranslateContext {
  readonly options: TranslateOptions;
  /** Names of the entry points of objects that name none, sorted. */
  readonly everywhere: readonly string[];
  readonly lookup: Lookup;
  readonly fragment: FragmentBuilder;
  readonly readMiddleware: MiddlewareReader;
  readonly readMiddlewareTcp: (object: KubeObject) => ReadMiddlewareTcp;
  readonly readParent: ParentReader;
  readonly readServersTransport: (object: KubeObject) => Decoded<ServersTransportSpec>;
  readonly readTlsOption: (object: KubeObject) => Decoded<TlsOptionSpec>;
  readonly readTlsStore: (object: KubeObject) => Decoded<TlsStoreSpec>;
  readonly secrets: SecretReader;
}
