import { conditions } from './conditions.ts';
import {
  always,
  flag,
  int,
  intOrText,
  type KindSchema,
  keyed,
  kindSchema,
  list,
  map,
  mark,
  positive,
  preset,
  record,
  text,
  whole,
} from './schema-dsl.ts';

/** The schema of core/v1 Service. */
export function serviceSchema(): KindSchema {
  return kindSchema('A name and an address for a group of endpoints.', {
    spec: always(serviceSpec()),
    status: always(
      record('What has been reached.', {
        conditions: conditions(),
        loadBalancer: always(loadBalancer()),
      }),
    ),
  });
}

function serviceSpec(): KindSchema {
  return record('What is wanted.', {
    ...addressFields(),
    externalName: text('The DNS name that a Service of type ExternalName stands for.'),
    internalTrafficPolicy: text('Where requests from inside go: Cluster, or Local endpoints only.'),
    ports: keyed(['port', 'protocol'], 'The ports that are offered.', servicePort()),
    publishNotReadyAddresses: mark('Whether endpoints are used before they are ready.'),
    selector: whole(map('Pods with all of these labels are the endpoints.', text('A value.'))),
    sessionAffinity: text('None, or ClientIP to keep a client at one endpoint.'),
    sessionAffinityConfig: record('Details of the affinity.', {
      clientIP: record('For affinity ClientIP.', {
        timeoutSeconds: int('How long a client stays at an endpoint after its last request.'),
      }),
    }),
    trafficDistribution: text('Which endpoints are preferred, as PreferClose.'),
    type: text('ClusterIP, NodePort, LoadBalancer or ExternalName.'),
    ...balancerFields(),
  });
}

function addressFields(): Record<string, KindSchema> {
  return {
    clusterIP: text(
      'The address inside the cluster; None for a Service without one. Set by the server if absent.',
    ),
    clusterIPs: list(
      'All addresses inside the cluster, the first of which is clusterIP.',
      text('An address.'),
    ),
    externalIPs: list('Addresses of nodes at which requests are taken too.', text('An address.')),
    ipFamilies: list('IPv4 or IPv6, in the order of clusterIPs.', text('A family.')),
    ipFamilyPolicy: text('SingleStack, PreferDualStack or RequireDualStack.'),
  };
}

function balancerFields(): Record<string, KindSchema> {
  return {
    allocateLoadBalancerNodePorts: flag('Whether a load balancer gets node ports.'),
    externalTrafficPolicy: text('Where requests from outside go: Cluster, or Local endpoints only.'),
    healthCheckNodePort: positive('Node port for health checks, with externalTrafficPolicy Local.'),
    loadBalancerClass: text('Which implementation makes the load balancer.'),
    loadBalancerIP: text('Deprecated: the address wanted for the load balancer.'),
    loadBalancerSourceRanges: list('Which clients may use the load balancer.', text('A CIDR.')),
  };
}

function servicePort(): KindSchema {
  return record(
    'One port.',
    {
      appProtocol: text('The protocol spoken on top, as kubernetes.io/h2c.'),
      name: text('A name, needed if there is more than one port.'),
      nodePort: positive(
        'The port on every node, for types NodePort and LoadBalancer. Set by the server if absent.',
      ),
      port: int('The port that is offered.'),
      protocol: preset(text('TCP, UDP or SCTP.'), 'TCP'),
      targetPort: intOrText('The port of the endpoints, by number or by name; the same as port if absent.'),
    },
    ['port'],
  );
}

function loadBalancer(): KindSchema {
  const port = record(
    'A port of the address.',
    {
      error: text('What went wrong with the port.'),
      port: int('Its number.'),
      protocol: text('TCP, UDP or SCTP.'),
    },
    ['port', 'protocol'],
  );
  const ingress = record('One address.', {
    hostname: text('A DNS name.'),
    ip: text('An IP address.'),
    ipMode: text('VIP, or Proxy if the balancer must not be bypassed.'),
    ports: list('The ports that are reachable there.', port),
  });
  return record('Where the outside finds it.', { ingress: list('Addresses.', ingress) });
}
