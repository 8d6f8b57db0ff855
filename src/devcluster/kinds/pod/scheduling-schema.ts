import { labelSelector } from '../references.ts';
import { exactText, int, type KindSchema, keyed, list, long, record, text, whole } from '../schema-dsl.ts';

function nodeTerm(): KindSchema {
  const requirements = (description: string) =>
    list(
      description,
      record(
        'One requirement.',
        {
          key: text('What is compared.'),
          operator: text('In, NotIn, Exists, DoesNotExist, Gt or Lt.'),
          values: list('What it is compared with.', text('A value.')),
        },
        ['key', 'operator'],
      ),
    );
  return whole(
    record('Requirements that must all hold.', {
      matchExpressions: requirements('On labels of the node.'),
      matchFields: requirements('On fields of the node.'),
    }),
  );
}

function podTerm(): KindSchema {
  return record(
    'Which Pods are meant, and where is near them.',
    {
      labelSelector: labelSelector('The Pods.'),
      matchLabelKeys: list('Labels that must be those of this Pod.', text('A label.')),
      mismatchLabelKeys: list('Labels that must not be those of this Pod.', text('A label.')),
      namespaceSelector: labelSelector('Namespaces of the Pods.'),
      namespaces: list('Names of namespaces of the Pods.', text('A namespace.')),
      topologyKey: text('The label of nodes that says what is near.'),
    },
    ['topologyKey'],
  );
}

function podAffinity(description: string): KindSchema {
  const preferred = record(
    'A wish.',
    { podAffinityTerm: podTerm(), weight: int('How strong it is, 1 to 100.') },
    ['weight', 'podAffinityTerm'],
  );
  return record(description, {
    preferredDuringSchedulingIgnoredDuringExecution: list('Wishes.', preferred),
    requiredDuringSchedulingIgnoredDuringExecution: list('Conditions.', podTerm()),
  });
}

/** Which nodes a Pod wants to be on, and which Pods it wants to be near (core/v1 Affinity). */
export function affinity(): KindSchema {
  const preferred = record(
    'A wish.',
    { preference: nodeTerm(), weight: int('How strong it is, 1 to 100.') },
    ['weight', 'preference'],
  );
  return record('Where the Pod wants to be.', {
    nodeAffinity: record('Which nodes.', {
      preferredDuringSchedulingIgnoredDuringExecution: list('Wishes.', preferred),
      requiredDuringSchedulingIgnoredDuringExecution: whole(
        record('Conditions.', { nodeSelectorTerms: list('Of which one must hold.', nodeTerm()) }, [
          'nodeSelectorTerms',
        ]),
      ),
    }),
    podAffinity: podAffinity('Which Pods to be near.'),
    podAntiAffinity: podAffinity('Which Pods not to be near.'),
  });
}

/** Taints of nodes that a Pod tolerates (core/v1 Toleration). */
export function tolerations(): KindSchema {
  return list(
    'Taints that the Pod tolerates.',
    record('Which taint.', {
      effect: text('NoSchedule, PreferNoSchedule or NoExecute; all if absent.'),
      key: text('Key of the taint; all if absent.'),
      operator: text('Equal or Exists.'),
      tolerationSeconds: long('How long it is tolerated, for NoExecute.'),
      value: text('Value of the taint.'),
    }),
  );
}

/** How Pods are spread over zones or nodes (core/v1 TopologySpreadConstraint). */
export function topologySpreadConstraints(): KindSchema {
  const constraint = record(
    'One constraint.',
    {
      labelSelector: labelSelector('Which Pods are counted.'),
      matchLabelKeys: list('Labels that must be those of this Pod.', text('A label.')),
      maxSkew: int('How unequal the numbers may be.'),
      minDomains: int('How many places there must be.'),
      nodeAffinityPolicy: exactText('Whether the affinity to nodes counts: Honor or Ignore.'),
      nodeTaintsPolicy: exactText('Whether taints of nodes count: Honor or Ignore.'),
      topologyKey: text('The label of nodes that says what a place is.'),
      whenUnsatisfiable: text('DoNotSchedule or ScheduleAnyway.'),
    },
    ['maxSkew', 'topologyKey', 'whenUnsatisfiable'],
  );
  return keyed(['topologyKey', 'whenUnsatisfiable'], 'How such Pods are spread.', constraint);
}

/** DNS settings of a Pod (core/v1 PodDNSConfig). */
export function dnsConfig(): KindSchema {
  return record('DNS settings, beside those of dnsPolicy.', {
    nameservers: list('Servers.', text('An address.')),
    options: list(
      'Options.',
      record('One option.', { name: text('Its name.'), value: exactText('Its value.') }),
    ),
    searches: list('Search domains.', text('A domain.')),
  });
}

/** Entries for /etc/hosts (core/v1 HostAlias). */
export function hostAliases(): KindSchema {
  return keyed(
    ['ip'],
    'Entries for /etc/hosts.',
    record('One entry.', { hostnames: list('Names.', text('A name.')), ip: text('Their address.') }, ['ip']),
  );
}

/** Claims for devices (core/v1 PodResourceClaim) and gates of scheduling. */
export function claimsAndGates(): Record<string, KindSchema> {
  const claim = record(
    'One claim.',
    {
      name: text('Its name in the Pod.'),
      resourceClaimName: exactText('The claim.'),
      resourceClaimTemplateName: exactText('The template of the claim.'),
    },
    ['name'],
  );
  return {
    readinessGates: list(
      'Conditions that must hold for the Pod to be ready.',
      record('One condition.', { conditionType: text('Its type.') }, ['conditionType']),
    ),
    resourceClaims: keyed(['name'], 'Claims for devices.', claim),
    schedulingGates: keyed(
      ['name'],
      'What holds the Pod back from being scheduled.',
      record('One gate.', { name: text('Its name.') }, ['name']),
    ),
    schedulingGroup: record('The group it is scheduled with.', {
      podGroupName: exactText('Name of the group.'),
    }),
  };
}
