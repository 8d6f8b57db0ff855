import { customResourceDefinitionType } from '../crd/definition-type.ts';
import type { ResourceType } from '../resource-type.ts';
import { horizontalPodAutoscalerType } from './autoscaling.ts';
import { configMapType } from './config-map.ts';
import { endpointSliceType } from './endpoint-slice.ts';
import { endpointsType } from './endpoints.ts';
import { coreEventType, newEventType } from './event.ts';
import { ingressType } from './ingress.ts';
import { ingressClassType } from './ingress-class.ts';
import { leaseType } from './lease.ts';
import { namespaceType } from './namespace.ts';
import { networkPolicyType } from './network-policy.ts';
import { nodeType } from './node.ts';
import { controllerRevisionType, persistentVolumeClaimType, serviceAccountType } from './plain-kinds.ts';
import { podType } from './pod/pod.ts';
import { podDisruptionBudgetType } from './policy.ts';
import { rbacTypes } from './rbac.ts';
import { secretType } from './secret.ts';
import { serviceType } from './service.ts';
import { workloadTypes } from './workloads.ts';

/** What a server may want different from Kubernetes. */
export interface BuiltinOptions {
  /** EndpointSlices and Endpoints may name 127.0.0.0/8 and ::1, which Kubernetes refuses. False unless given. */
  readonly allowLoopbackEndpoints?: boolean;
}

/**
 * All kinds that a server knows without any CustomResourceDefinition, the definition kind itself included. To be called
 * once per server: the Services of one result share their addresses.
 */
export function builtinTypes(options: BuiltinOptions = {}): readonly ResourceType[] {
  const allowLoopback = options.allowLoopbackEndpoints ?? false;
  return [
    configMapType(),
    endpointsType(allowLoopback),
    coreEventType(),
    namespaceType(),
    nodeType(),
    persistentVolumeClaimType(),
    podType(),
    secretType(),
    serviceAccountType(),
    serviceType(),
    controllerRevisionType(),
    ...workloadTypes(),
    newEventType(),
    horizontalPodAutoscalerType(),
    ingressClassType(),
    ingressType(),
    networkPolicyType(),
    podDisruptionBudgetType(),
    ...rbacTypes(),
    customResourceDefinitionType,
    leaseType(),
    endpointSliceType(allowLoopback),
  ].sort(byGroupAndPlural);
}

function byGroupAndPlural(a: ResourceType, b: ResourceType): number {
  const [one, other] = [`${a.group}/${a.plural}`, `${b.group}/${b.plural}`];
  return one < other ? -1 : one > other ? 1 : 0;
}
