import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { SecretText } from '../model/secret-text.ts';
import { cachedMaterial } from './cached-material.ts';
import type { CredentialsResult, Material } from './credentials.ts';
import { reasonOf } from './credentials.ts';

/** Where a pod finds its service account (Kubernetes, "Accessing the API from a Pod"). */
export const serviceAccountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface InClusterOptions {
  /** The environment variables KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT. */
  readonly host: string;
  readonly port: string;
  /** Default: `serviceAccountDirectory`. */
  readonly directory?: string;
  readonly clock: Clock;
}

/** The credentials of the pod we run in. Token and CA are read again at most every minute, and after a 401. */
export async function inClusterCredentials(options: InClusterOptions): Promise<CredentialsResult> {
  const { host, port, clock, directory = serviceAccountDirectory } = options;
  const address = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  if (!URL.canParse(address)) {
    return { ok: false, problem: `KUBERNETES_SERVICE_HOST and _PORT make no address: ${address}` };
  }
  const material = cachedMaterial(clock, () => readServiceAccount(directory));
  try {
    await material(false);
  } catch (error) {
    return { ok: false, problem: reasonOf(error) };
  }
  const namespace = await readFile(join(directory, 'namespace'), 'utf8').catch(() => '');
  const credentials = {
    server: new URL(address),
    namespace: namespace.trim() === '' ? null : namespace.trim(),
    material,
  };
  return { ok: true, credentials: Object.freeze(credentials) };
}

async function readServiceAccount(directory: string): Promise<Material> {
  const token = (await readSentence(join(directory, 'token'))).trim();
  const ca = await readSentence(join(directory, 'ca.crt'));
  if (token === '') throw new Error(`${join(directory, 'token')} is empty`);
  return { authorization: new SecretText(`Bearer ${token}`), tls: { ca, verify: true } };
}

async function readSentence(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`cannot read ${path}: ${reasonOf(error)}`);
  }
}
