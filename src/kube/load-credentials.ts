import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { systemClock } from '../model/clock.ts';
import type { CredentialsResult } from './credentials.ts';
import { inClusterCredentials, serviceAccountDirectory } from './in-cluster.ts';
import { kubeconfigCredentials } from './kubeconfig.ts';

export interface CredentialsOptions {
  /** `--kubeconfig`; null looks in the usual places. */
  readonly kubeconfig: string | null;
  /** `--context`; null takes `current-context`. */
  readonly context: string | null;
  /** KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT, KUBECONFIG and HOME are looked up here. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  /** Default: `serviceAccountDirectory`. */
  readonly serviceAccount?: string;
}

/**
 * Finds the credentials for the API server: the kubeconfig that is named, else those of the pod, else the files of
 * KUBECONFIG, else `~/.kube/config`. A context that is named leaves the pod's out.
 */
export async function loadCredentials(options: CredentialsOptions): Promise<CredentialsResult> {
  const { kubeconfig, context, environment, clock = systemClock } = options;
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port, KUBECONFIG, HOME } = environment;
  if (kubeconfig !== null) return kubeconfigCredentials({ files: [kubeconfig], context, clock });
  if (host && context === null) {
    const directory = options.serviceAccount ?? serviceAccountDirectory;
    return inClusterCredentials({ host, port: port || '443', directory, clock });
  }
  const listed = (KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  // As for kubectl, a file of the list may be missing.
  const files = (await Promise.all(listed.map(existing))).flat();
  if (listed.length > 0 && files.length === 0) {
    return { ok: false, problem: `none of the files of KUBECONFIG is there: ${listed.join(', ')}` };
  }
  if (files.length > 0) return kubeconfigCredentials({ files, context, clock });
  const usual = HOME ? await existing(join(HOME, '.kube', 'config')) : [];
  if (usual.length > 0) return kubeconfigCredentials({ files: usual, context, clock });
  return {
    ok: false,
    problem:
      'no cluster to talk to: not in a pod, and neither KUBECONFIG nor ~/.kube/config is there; name a file with --kubeconfig',
  };
}

async function existing(file: string): Promise<readonly string[]> {
  return access(file).then(
    () => [file],
    () => [],
  );
}
