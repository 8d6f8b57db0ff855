import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { stringify } from 'yaml';

/** What a client needs to reach the server as its administrator. */
export interface Credentials {
  readonly url: string;
  /** Certificate of the authority, in PEM; null for plain HTTP. */
  readonly caPem: string | null;
  readonly token: string;
  /** Client certificate and key, in PEM; null where the token is all. */
  readonly client: { readonly certPem: string; readonly keyPem: string } | null;
}

const name = 'fairlead-dev';

/** A kubeconfig (client.authentication of kubectl) with one context, in YAML. */
export function kubeconfigText({ url, caPem, token, client }: Credentials): string {
  const user = client
    ? { 'client-certificate-data': base64(client.certPem), 'client-key-data': base64(client.keyPem) }
    : { token };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server: url, ...(caPem && { 'certificate-authority-data': base64(caPem) }) } },
    ],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  });
}

/** Writes a kubeconfig that nobody else can read, in one step, so that nobody reads half of one. Makes its folder. */
export async function writeKubeconfig(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, text, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, path);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
