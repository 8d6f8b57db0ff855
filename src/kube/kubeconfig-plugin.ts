import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { SecretText } from '../model/secret-text.ts';
import type { Material, TlsMaterial } from './credentials.ts';
import type { KubeconfigContext } from './kubeconfig-file.ts';

/**
 * Reads credentials that come from a command (exec plugin), an auth provider or OpenID Connect, by way of
 * `@kubernetes/client-node`. That is imported at the first read, because it takes 87 MB of memory.
 */
export function pluginReader(
  context: KubeconfigContext,
  clusterTls: () => Promise<TlsMaterial>,
): (fresh: boolean) => Promise<Material> {
  let config: KubeConfig | null = null;
  return async (fresh) => {
    // It remembers what a plugin said until that expires; only a new one asks again.
    if (config === null || fresh) config = await load(context);
    const options: RequestOptions = {};
    try {
      await config.applyToHTTPSOptions(options);
    } catch (error) {
      throw new Error(`its credential plugin failed: ${messageOf(error)}`);
    }
    const { cert, key } = options;
    const tls = await clusterTls();
    return {
      authorization: authorizationOf(options),
      tls: cert && key ? { ...tls, cert: String(cert), key: new SecretText(String(key)) } : tls,
    };
  };
}

async function load({ cluster, user }: KubeconfigContext): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  // Server and CA are ours to use: what stands here only keeps it from refusing plain http:// servers.
  const anyCluster = { server: cluster.server, 'insecure-skip-tls-verify': true };
  const document = {
    clusters: [{ name: 'cluster', cluster: anyCluster }],
    users: [{ name: 'user', user }],
    contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'user' } }],
    'current-context': 'context',
  };
  // JSON is YAML too.
  config.loadFromString(JSON.stringify(document));
  return config;
}

function authorizationOf({ headers, auth }: RequestOptions): SecretText | null {
  const header = (headers as Readonly<Record<string, unknown>> | undefined)?.Authorization;
  if (typeof header === 'string') return new SecretText(header);
  return typeof auth === 'string' ? new SecretText(`Basic ${Buffer.from(auth).toString('base64')}`) : null;
}

/** The first line: a plugin may write a page. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n')[0] || 'it gave no reason';
}
