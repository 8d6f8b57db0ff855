import type { Service } from '../api/kubernetes.ts';
import type { KubeObject } from '../model/cluster.ts';
import { byCodeUnit } from '../model/order.ts';

/**
 * The addresses that the Service of `--publish-service` can be reached at, sorted, each once: those that its load balancer
 * was given (`status.loadBalancer.ingress`) and its external IPs; for type ExternalName that name. Empty where there are
 * none yet, or where there is no such Service. `service` is an object of kind Service from the cluster view.
 */
export function publishedAddresses(service: KubeObject | undefined): readonly string[] {
  if (service === undefined) return [];
  const { spec, status } = service as Service;
  if (spec?.type === 'ExternalName') return spec.externalName ? [spec.externalName] : [];
  const balanced = status?.loadBalancer?.ingress ?? [];
  const addresses = [
    ...balanced.flatMap(({ ip, hostname }) => (ip || hostname ? [ip || hostname || ''] : [])),
    ...(spec?.externalIPs ?? []),
  ];
  return [...new Set(addresses)].sort(byCodeUnit);
}
