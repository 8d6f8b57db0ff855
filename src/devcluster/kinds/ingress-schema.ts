import { typedLocalReference } from './references.ts';
import {
  always,
  exactText,
  int,
  type KindSchema,
  kindSchema,
  list,
  positive,
  record,
  text,
  whole,
} from './schema-dsl.ts';

/** The schema of networking.k8s.io/v1 Ingress. */
export function ingressSchema(): KindSchema {
  return kindSchema('Rules by which requests from outside reach Services.', {
    spec: always(
      record('What is wanted.', {
        defaultBackend: backend('Where requests go that no rule takes. Needed if there are no rules.'),
        ingressClassName: exactText('The IngressClass, and through it the controller, that this is for.'),
        rules: list('Rules by host; all that is not taken goes to the default backend.', rule()),
        tls: list('Which hosts are served over TLS, and with which certificate.', tls()),
      }),
    ),
    status: always(
      record('What has been reached.', {
        loadBalancer: always(
          record('Where the outside finds it.', { ingress: list('Addresses.', loadBalancerIngress()) }),
        ),
      }),
    ),
  });
}

function backend(description: string): KindSchema {
  return record(description, {
    resource: typedLocalReference('Another object that answers. Excludes service.'),
    service: record(
      'A Service in the namespace of the Ingress. Excludes resource.',
      {
        name: exactText('Its name.'),
        port: always(
          whole(
            record('Its port, by name or by number.', {
              name: text('Name of the port. Excludes number.'),
              number: positive('Number of the port. Excludes name.'),
            }),
          ),
        ),
      },
      ['name'],
    ),
  });
}

function rule(): KindSchema {
  const path = record(
    'One path and where it leads.',
    {
      backend: always(backend('Where requests for the path go.')),
      path: exactText('Compared with the path of the request. Begins with a slash.'),
      pathType: exactText('Exact, Prefix (element by element) or ImplementationSpecific.'),
    },
    ['pathType', 'backend'],
  );
  return record('What holds for one host.', {
    host: text('A DNS name; `*.` at its beginning stands for one label. Any host if absent.'),
    http: record('The paths of the host.', { paths: list('Paths, of which the longest match wins.', path) }, [
      'paths',
    ]),
  });
}

function tls(): KindSchema {
  return record('TLS for some hosts.', {
    hosts: list(
      'The hosts that the certificate is for; those of the certificate if absent.',
      text('A host.'),
    ),
    secretName: text('A Secret of type kubernetes.io/tls with the certificate and its key.'),
  });
}

function loadBalancerIngress(): KindSchema {
  const port = record(
    'A port of the address.',
    {
      error: text('What went wrong with the port, as a CamelCase word.'),
      port: int('Its number.'),
      protocol: text('TCP, UDP or SCTP.'),
    },
    ['port', 'protocol'],
  );
  return record('One address.', {
    hostname: text('A DNS name.'),
    ip: text('An IP address.'),
    ports: list('The ports that are reachable there.', port),
  });
}
