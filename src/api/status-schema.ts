import type { StructuralSchema } from './structural-schema.ts';

/** One entry of `status.conditions` (Kubernetes metav1.Condition, with its limits). */
const conditionSchema: StructuralSchema = {
  description: 'One statement about the object.',
  type: 'object',
  required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
  properties: {
    type: {
      description:
        'Accepted: the object makes sense. ResolvedRefs: what it names exists and may be used. Programmed: it is served.',
      type: 'string',
      maxLength: 316,
      pattern:
        '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
    },
    status: { description: 'Whether it holds.', type: 'string', enum: ['True', 'False', 'Unknown'] },
    observedGeneration: {
      description: 'The metadata.generation that was judged.',
      type: 'integer',
      format: 'int64',
      minimum: 0,
    },
    lastTransitionTime: {
      description: 'When the status last changed.',
      type: 'string',
      format: 'date-time',
    },
    reason: {
      description: 'The code of the first problem, or a word for the good case.',
      type: 'string',
      minLength: 1,
      maxLength: 1024,
      pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
    },
    message: { description: 'What is wrong, where, and what to do.', type: 'string', maxLength: 32_768 },
  },
};

/** The rest of `status`, of kinds with routes. */
const routeProperties: Readonly<Record<string, StructuralSchema>> = {
  hosts: { description: 'For people: the hosts that the rules name, the first few of them.', type: 'string' },
  entryPoints: { description: 'For people: the entry points that take requests.', type: 'string' },
  routes: {
    description: 'The routes with errors, the first few of them.',
    type: 'array',
    maxItems: 64,
    'x-kubernetes-list-type': 'atomic',
    items: {
      description: 'What is wrong with one route.',
      type: 'object',
      required: ['index', 'reason', 'message'],
      properties: {
        index: { description: 'Its place in spec.routes.', type: 'integer', format: 'int64', minimum: 0 },
        reason: { description: 'The code of its first error.', type: 'string', maxLength: 1024 },
        message: {
          description: 'The field, what is wrong, and what to do.',
          type: 'string',
          maxLength: 32_768,
        },
      },
    },
  },
};

/** `status` of kinds of ours without routes. */
export const statusSchema: StructuralSchema = {
  description: 'What Fairlead makes of the object.',
  type: 'object',
  properties: {
    conditions: {
      description: 'Accepted, ResolvedRefs and Programmed.',
      type: 'array',
      maxItems: 16,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: conditionSchema,
    },
  },
};

/** `status` of kinds of ours with routes. */
export const routeStatusSchema: StructuralSchema = {
  ...statusSchema,
  properties: { ...statusSchema.properties, ...routeProperties },
};
