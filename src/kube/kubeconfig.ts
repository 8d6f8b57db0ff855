import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../model/clock.ts';
import { SecretText } from '../model/secret-text.ts';
import { cachedMaterial } from './cached-material.ts';
import type { CredentialsResult, Material, TlsMaterial } from './credentials.ts';
import { reasonOf } from './credentials.ts';
import { type KubeconfigContext, readKubeconfig } from './kubeconfig-file.ts';
import { pluginReader } from './kubeconfig-plugin.ts';

export interface KubeconfigOptions {
  /** In the order of their precedence; at least one. */
  readonly files: readonly string[];
  /** Null takes `current-context`. */
  readonly context: string | null;
  readonly clock: Clock;
}

/**
 * The credentials that a kubeconfig names. Tokens, passwords and certificates are read here; what needs a plugin, an auth
 * provider or OpenID Connect goes to `@kubernetes/client-node`, which is loaded only then.
 */
export async function kubeconfigCredentials(options: KubeconfigOptions): Promise<CredentialsResult> {
  const read = await readKubeconfig(options.files, options.context);
  if (!read.ok) return read;
  const where = `context "${read.context}" of ${options.files.join(', ')}`;
  const problem = unsupported(read);
  if (problem !== null) return { ok: false, problem: `${where}: ${problem}` };
  const server = serverOf(read);
  if (server === null)
    return { ok: false, problem: `${where}: its cluster has no server with http: or https:` };
  const needsPlugin = read.user.exec !== undefined || read.user['auth-provider'] !== undefined;
  const material = cachedMaterial(
    options.clock,
    needsPlugin ? pluginReader(read, () => clusterTls(read)) : () => readUser(read),
  );
  try {
    const { tls } = await material(false);
    if (server.protocol === 'https:') checkTls(tls);
  } catch (error) {
    return { ok: false, problem: `${where}: ${reasonOf(error)}` };
  }
  return { ok: true, credentials: Object.freeze({ server, namespace: read.namespace, material }) };
}

function unsupported({ cluster, user }: KubeconfigContext): string | null {
  if (cluster['proxy-url'] !== undefined) return 'proxy-url is not supported';
  for (const field of ['as', 'as-uid', 'as-groups', 'as-user-extra']) {
    if (user[field] !== undefined) return `impersonation (${field}) is not supported`;
  }
  return null;
}

function serverOf({ cluster }: KubeconfigContext): URL | null {
  const { server } = cluster;
  if (typeof server !== 'string' || !URL.canParse(server)) return null;
  const url = new URL(server);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
}

/** The part of the TLS settings that belongs to the cluster, not to the user. */
async function clusterTls({ cluster }: KubeconfigContext): Promise<TlsMaterial> {
  const ca = await fileOrData(cluster, 'certificate-authority');
  const serverName = cluster['tls-server-name'];
  return {
    verify: cluster['insecure-skip-tls-verify'] !== true,
    ...(ca === null ? {} : { ca }),
    ...(typeof serverName === 'string' && serverName !== '' ? { serverName } : {}),
  };
}

async function readUser(context: KubeconfigContext): Promise<Material> {
  const tls = await clusterTls(context);
  const cert = await fileOrData(context.user, 'client-certificate');
  const key = await fileOrData(context.user, 'client-key');
  if ((cert === null) !== (key === null))
    throw new Error('client-certificate and client-key need each other');
  return {
    authorization: await authorizationOf(context),
    tls: cert === null || key === null ? tls : { ...tls, cert, key: new SecretText(key) },
  };
}

async function authorizationOf({ user }: KubeconfigContext): Promise<SecretText | null> {
  const { token, tokenFile, username, password } = user;
  // The file comes first, because it may be renewed (client-go, AuthInfo.TokenFile).
  const bearer = typeof tokenFile === 'string' ? (await readText(tokenFile)).trim() : token;
  if (typeof bearer === 'string' && bearer !== '') return new SecretText(`Bearer ${bearer}`);
  if (typeof username !== 'string' || username === '') return null;
  const pair = `${username}:${typeof password === 'string' ? password : ''}`;
  return new SecretText(`Basic ${Buffer.from(pair).toString('base64')}`);
}

/** PEM text from `FIELD-data`, which comes first and is base64, or from the file that `FIELD` names. */
async function fileOrData(fields: Readonly<Record<string, unknown>>, field: string): Promise<string | null> {
  const data = fields[`${field}-data`];
  if (typeof data === 'string' && data !== '') {
    const text = Buffer.from(data, 'base64').toString('utf8');
    if (!text.includes('-----BEGIN')) throw new Error(`${field}-data is no PEM text in base64`);
    return text;
  }
  const path = fields[field];
  return typeof path === 'string' && path !== '' ? readText(path) : null;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`cannot read ${path}: ${reasonOf(error)}`);
  }
}

/** Finds a broken certificate or key now, where it can be told in one sentence, not at the first connection. */
function checkTls({ ca, cert, key }: TlsMaterial): void {
  try {
    createSecureContext({
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined || key === undefined ? {} : { cert, key: key.reveal() }),
    });
  } catch (error) {
    throw new Error(`its certificates or key cannot be used: ${reasonOf(error)}`);
  }
}
