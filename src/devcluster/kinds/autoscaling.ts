import type { ApiObject, JsonObject } from '../json.ts';
import type { FieldError, ResourceType, TableLayout } from '../resource-type.ts';
import { invalidValue, required } from '../schema/field-errors.ts';
import { behaviour } from './behaviour.ts';
import { olderConditions } from './conditions.ts';
import { defineKind, statusSubresource } from './define.ts';
import { numberAt, recordAt, recordsAt, textAt } from './reading.ts';
import { labelSelector } from './references.ts';
import {
  always,
  exactText,
  int,
  type KindSchema,
  kindSchema,
  list,
  long,
  positive,
  preset,
  quantity,
  record,
  text,
  time,
} from './schema-dsl.ts';
import { column, table } from './table-columns.ts';

/** autoscaling/v2 HorizontalPodAutoscaler. Nothing scales. */
export function horizontalPodAutoscalerType(): ResourceType {
  const spec = record(
    'What is wanted.',
    {
      behavior: record('How fast it scales.', {
        scaleDown: scalingRules('Down.'),
        scaleUp: scalingRules('Up.'),
      }),
      maxReplicas: int('The most Pods.'),
      metrics: list('What is measured.', metric('target', targetRecord())),
      minReplicas: preset(int('The fewest Pods.'), 1),
      scaleTargetRef: objectName('What is scaled.'),
    },
    ['scaleTargetRef', 'maxReplicas'],
  );
  const status = record('What has been reached.', {
    conditions: olderConditions(),
    currentMetrics: list('What was measured.', metric('current', valueRecord())),
    currentReplicas: positive('How many Pods there are.'),
    desiredReplicas: preset(int('How many Pods there should be.'), 0),
    lastScaleTime: time('When it scaled last.'),
    observedGeneration: long('The generation that this was said of.'),
  });
  const schema = kindSchema('Scales something by what is measured.', {
    spec: always(spec),
    status: always(status),
  });
  return defineKind({
    group: 'autoscaling',
    version: 'v2',
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    shortNames: ['hpa'],
    categories: ['all'],
    subresources: [statusSubresource],
    schema,
    behaviour: behaviour(schema, { status: true, validate }),
    table: autoscalerTable(),
  });
}

function autoscalerTable(): TableLayout {
  return table(
    [
      column('Reference', 'What is scaled.'),
      column('MinPods', 'The fewest Pods.'),
      column('MaxPods', 'The most Pods.'),
      column('Replicas', 'How many Pods there are.'),
    ],
    (object) => {
      const wanted = recordAt(object, 'spec');
      const target = recordAt(wanted, 'scaleTargetRef');
      return [
        `${textAt(target, 'kind')}/${textAt(target, 'name')}`,
        String(wanted.minReplicas ?? '<unset>'),
        numberAt(wanted, 'maxReplicas') ?? 0,
        numberAt(recordAt(object, 'status'), 'currentReplicas') ?? 0,
      ];
    },
  );
}

const objectName = (description: string): KindSchema =>
  record(
    description,
    {
      apiVersion: text('API version of the object.'),
      kind: text('Kind of the object.'),
      name: text('Its name.'),
    },
    ['kind', 'name'],
  );

function valueRecord(): KindSchema {
  return record('A value.', {
    averageUtilization: int('Per Pod, in percent of what it requests.'),
    averageValue: quantity('Per Pod.'),
    value: quantity('In all.'),
  });
}

function targetRecord(): KindSchema {
  const { properties } = valueRecord();
  return record(
    'The value that is aimed at.',
    { ...properties, type: text('Utilization, Value or AverageValue.') },
    ['type'],
  );
}

function metric(field: string, value: KindSchema): KindSchema {
  const identifier = record(
    'The metric.',
    { name: text('Its name.'), selector: labelSelector('Which series of it.') },
    ['name'],
  );
  const name = text('The resource, as cpu.');
  return record(
    'One metric.',
    {
      containerResource: record('A resource of one container.', {
        container: text('The container.'),
        name,
        [field]: value,
      }),
      external: record('From outside the cluster.', { metric: identifier, [field]: value }),
      object: record('Of one object.', {
        describedObject: objectName('The object.'),
        metric: identifier,
        [field]: value,
      }),
      pods: record('Of the Pods.', { metric: identifier, [field]: value }),
      resource: record('A resource of the Pods.', { name, [field]: value }),
      type: text('Which of the others is set.'),
    },
    ['type'],
  );
}

function scalingRules(description: string): KindSchema {
  const policy = record(
    'One limit.',
    { periodSeconds: int('Per how many seconds.'), type: text('Pods or Percent.'), value: int('How many.') },
    ['type', 'value', 'periodSeconds'],
  );
  return record(description, {
    policies: list('Limits.', policy),
    selectPolicy: exactText('Max, Min or Disabled.'),
    stabilizationWindowSeconds: int('How far back it looks.'),
    tolerance: quantity('Differences that do not count.'),
  });
}

function validate(object: ApiObject): readonly FieldError[] {
  const spec: JsonObject = recordAt(object, 'spec');
  const target = recordAt(spec, 'scaleTargetRef');
  const errors: FieldError[] = [];
  const max = numberAt(spec, 'maxReplicas') ?? 0;
  const min = numberAt(spec, 'minReplicas') ?? 1;
  if (max < 1) errors.push(invalidValue('spec.maxReplicas', max, 'must be greater than 0'));
  else if (max < min) {
    errors.push(invalidValue('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'));
  }
  for (const part of ['kind', 'name']) {
    if (textAt(target, part) === '') errors.push(required(`spec.scaleTargetRef.${part}`));
  }
  recordsAt(spec, 'metrics').forEach((one, index) => {
    if (textAt(one, 'type') === '')
      errors.push(required(`spec.metrics[${index}].type`, 'must specify a metric source type'));
  });
  return errors;
}
