import type { ApiObject } from '../json.ts';
import type { FieldError, ResourceType } from '../resource-type.ts';
import { invalidValue } from '../schema/field-errors.ts';
import { behaviour } from './behaviour.ts';
import { conditions } from './conditions.ts';
import { defineKind, statusSubresource } from './define.ts';
import { numberAt, orNull, recordAt } from './reading.ts';
import { labelSelector } from './references.ts';
import {
  always,
  exactText,
  int,
  intOrText,
  kindSchema,
  long,
  map,
  preset,
  record,
  text,
} from './schema-dsl.ts';
import { column, table } from './table-columns.ts';

/** policy/v1 PodDisruptionBudget. */
export function podDisruptionBudgetType(): ResourceType {
  const counters = ['currentHealthy', 'desiredHealthy', 'disruptionsAllowed', 'expectedPods'];
  const schema = kindSchema('How many Pods may be taken away at a time.', {
    spec: always(
      record('What is wanted.', {
        maxUnavailable: intOrText('How many may be missing. Excludes minAvailable.'),
        minAvailable: intOrText('How many must be there. Excludes maxUnavailable.'),
        selector: {
          ...labelSelector('The Pods that are counted.'),
          'x-kubernetes-patch-strategy': 'replace',
        },
        unhealthyPodEvictionPolicy: exactText('IfHealthyBudget or AlwaysAllow.'),
      }),
    ),
    status: always(
      record('What has been reached.', {
        ...Object.fromEntries(counters.map((name) => [name, preset(int('A number of Pods.'), 0)])),
        conditions: conditions(),
        disruptedPods: map('Pods that are being taken away, and since when.', text('A time.')),
        observedGeneration: long('The generation that this was said of.'),
      }),
    ),
  });
  return defineKind({
    group: 'policy',
    kind: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
    shortNames: ['pdb'],
    subresources: [statusSubresource],
    schema,
    behaviour: behaviour(schema, { status: true, generation: true, validate }),
    table: table(
      [
        column('Min Available', 'How many must be there.'),
        column('Max Unavailable', 'How many may be missing.'),
        column('Allowed Disruptions', 'How many may be taken away now.'),
      ],
      (object) => {
        const spec = recordAt(object, 'spec');
        const shown = (name: string) => (spec[name] === undefined ? 'N/A' : String(spec[name]));
        const allowed = numberAt(recordAt(object, 'status'), 'disruptionsAllowed') ?? 0;
        return [shown('minAvailable'), shown('maxUnavailable'), allowed];
      },
    ),
  });
}

function validate(object: ApiObject): readonly FieldError[] {
  const spec = recordAt(object, 'spec');
  if (spec.minAvailable === undefined || spec.maxUnavailable === undefined) return [];
  return [invalidValue('spec', orNull(spec), 'minAvailable and maxUnavailable cannot be both set')];
}
