/** A Service with one port 80 called `http`. */
export function service(name: string, namespace = 'default'): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { ports: [{ name: 'http', port: 80 }] },
  };
}

/** The EndpointSlice of a Service, with ready endpoints on loopback. */
export function endpoints(name: string, ports: readonly number[], namespace = 'default'): object[] {
  return ports.map((port, index) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-${index}`, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
    ports: [{ name: 'http', port, protocol: 'TCP' }],
  }));
}

/** An IngressRoute with one route to port 80 of a Service. */
export function ingressRoute(name: string, match: string, serviceName: string, route: object = {}): object {
  return {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'IngressRoute',
    metadata: { name, namespace: 'default' },
    spec: { routes: [{ match, services: [{ name: serviceName, port: 80 }], ...route }] },
  };
}

/** An Ingress for one host, all paths. */
export function ingress(name: string, host: string, serviceName: string): object {
  const backend = { service: { name: serviceName, port: { name: 'http' } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'default' },
    spec: {
      ingressClassName: 'fairlead',
      rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  };
}
